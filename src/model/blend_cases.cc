#include "model/blend_cases.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_set>

#include "model/list_floors.h"
#include "model/parallel.h"
#include "model/recent_popularity.h"
#include "model/scorer.h"
#include "model/strengths.h"
#include "model/user_sample.h"

namespace marquee {
namespace {

constexpr std::size_t kPlaces = 10;
constexpr std::size_t kCandidatesOfColumn = 100;
constexpr std::size_t kEnoughLikes = 10'000;  // held out for the judged users of a cut together
constexpr std::size_t kMostUsers = 4000;      // judged, where that many likes take more

bool has(const PartSet& parts, Part part) {
  return parts[static_cast<std::size_t>(part)];
}

double half_life_of(double pinned, double newest_share, const RatingTimes& times) {
  if (pinned > 0) return pinned;
  return newest_share > 0 && times.tell_anything() ? times.age_of_newest(newest_share) : kNoDecay;
}

// How many users of a cut could be judged.
std::size_t judged_users_of(const Cut& cut, const ModelOptions& asked) {
  std::unordered_set<UserId> known, judged;
  for (const Rating& rating : cut.past) known.insert(rating.user);
  for (const Rating& rating : cut.later)
    if (rating.value >= asked.min_rating_threshold && known.contains(rating.user))
      judged.insert(rating.user);
  return judged.size();
}

}  // namespace

std::span<const Cut> enough_cuts(std::span<const Cut> cuts, const ModelOptions& asked) {
  std::size_t users = 0, count = 0;
  while (count < cuts.size() && users < FittedCut::kEnoughUsers)
    users += judged_users_of(cuts[count++], asked);
  return cuts.first(count);
}

double discount_at(std::size_t place) {
  return 1 / std::log2(static_cast<double>(place) + 2);
}

double ideal_gain(std::size_t relevant_count) {
  double gain = 0;
  for (std::size_t place = 0; place < std::min(kPlaces, relevant_count); ++place)
    gain += discount_at(place);
  return gain;
}

void FittedCut::find_judged(const Cut& cut) {
  std::map<std::int32_t, Judged> by_user;
  for (const Rating& rating : cut.later) {
    if (rating.value < asked_.min_rating_threshold) continue;
    const auto user = find_id(matrix_.user_ids().span(), rating.user);
    if (!user) continue;
    Judged& judged = by_user[*user];
    judged.user = static_cast<std::size_t>(*user);
    ++judged.relevant_count;
    if (const auto item = find_id(matrix_.item_ids().span(), rating.movie))
      judged.relevant.push_back(*item);
  }
  sample_ = users_as_drawn(matrix_);
  std::size_t likes = 0;
  for (const std::size_t user : sample_) {
    if (judged_.size() == kMostUsers || (judged_.size() >= kEnoughUsers && likes >= kEnoughLikes))
      break;
    const auto found = by_user.find(static_cast<std::int32_t>(user));
    if (found == by_user.end()) continue;
    likes += found->second.relevant_count;
    std::ranges::sort(found->second.relevant);
    judged_.push_back(std::move(found->second));
  }
}

Result<FittedCut> FittedCut::fit(const Cut& cut, std::span<const Movie> catalogue,
                                 const ModelOptions& asked, const PartSet& parts,
                                 const Strengths& strengths) {
  FittedCut fitted;
  MARQUEE_ASSIGN(fitted.matrix_, InteractionMatrix::build(cut.past, catalogue));
  fitted.weight_ = cut.weight;
  fitted.asked_ = asked;
  fitted.grades_ = grade(fitted.matrix_, asked);
  fitted.times_ = RatingTimes(fitted.matrix_.times().span());
  fitted.find_judged(cut);
  ModelOptions options = with_rules(asked, fitted.grades_, fitted.times_);
  options.item_item_regularization *= strengths.item_item;
  options.latent_regularization *= strengths.latent;
  std::vector<std::uint8_t> asked_about(fitted.matrix_.user_count());
  for (const Judged& judged : fitted.users_of_cases(true)) asked_about[judged.user] = 1;
  const FitInput input{fitted.matrix_, fitted.grades_, fitted.times_, catalogue, asked_about};
  MARQUEE_ASSIGN(fitted.parts_, fit_parts(input, options, parts));
  return fitted;
}

std::vector<double> FittedCut::ndcg_by_user(const ModelData& model, Part part) const {
  std::vector<double> gains(judged_.size());
  for_each_row(judged_.size(), thread_count(asked_.threads), [&] {
    return [&, scorer = Scorer(model)](std::size_t j) mutable {
      const Judged& judged = judged_[j];
      scorer.score_alone(judged.user, part);
      const auto list = scorer.best(kPlaces);
      for (std::size_t place = 0; place < list.size(); ++place)
        if (std::ranges::binary_search(judged.relevant, list[place]))
          gains[j] += discount_at(place);
      gains[j] /= ideal_gain(judged.relevant_count);
    };
  });
  return gains;
}

Result<std::vector<double>> FittedCut::judge_alone(Part part, double ridge_factor) const {
  if (ridge_factor == 1) return ndcg_by_user(parts_.model, part);
  ModelData model = parts_.model;
  if (part == Part::kItemItem) {
    model.options.item_item_regularization *= ridge_factor;
    MARQUEE_TRY(fit_item_item(model, grades_));
  } else {
    model.options.latent_regularization *= ridge_factor;
    MARQUEE_TRY(fit_latent_part(model, {matrix_, grades_, times_, {}}));
  }
  return ndcg_by_user(model, part);
}

ModelData FittedCut::with_column(const Column& column) const {
  ModelData model = parts_.model;
  if (column.part == Part::kPopularity)
    model.popularity = recent_popularity(
        matrix_, grades_, times_,
        {half_life_of(asked_.popularity_half_life, column.newest_share, times_), column.trend},
        asked_);
  else
    model.interest = interest_of(matrix_, grades_,
                                 half_life_of(asked_.own_half_life, column.newest_share, times_));
  return model;
}

std::vector<FittedCut::Judged> FittedCut::users_of_cases(bool with_lists) const {
  std::vector<Judged> users = judged_;
  if (!with_lists) return users;
  std::vector<std::uint8_t> taken(matrix_.user_count());
  for (const Judged& judged : users) taken[judged.user] = 1;
  for (const std::size_t user : sample_)
    if (users.size() < kEnoughUsers && taken[user] == 0) users.push_back({user, {}, 0});
  return users;
}

std::size_t FittedCut::popular_coverage() const {
  PopularLists popular(matrix_, asked_);
  for (const Judged& judged : users_of_cases(true)) popular.add(matrix_.user(judged.user));
  return popular.coverage();
}

std::vector<BlendCase> FittedCut::cases(std::span<const Column> columns, const PartSet& parts,
                                        bool with_lists, int threads) const {
  const std::vector<Judged> users = users_of_cases(with_lists);
  std::vector<ModelData> models;
  for (const Column& column : columns) models.push_back(with_column(column));

  std::vector<BlendCase> cases(users.size());
  for_each_row(users.size(), threads, [&] {
    std::vector<Scorer> scorers;
    for (const ModelData& model : models) scorers.emplace_back(model);
    return [&, scorers = std::move(scorers)](std::size_t j) mutable {
      const Judged& judged = users[j];
      BlendCase& wanted = cases[j];
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (!has(parts, columns[c].part)) continue;
        scorers[c].score_alone(judged.user, columns[c].part);
        const auto best = scorers[c].best(kCandidatesOfColumn);
        wanted.items.insert(wanted.items.end(), best.begin(), best.end());
      }
      std::ranges::sort(wanted.items);
      const auto tail = std::ranges::unique(wanted.items);
      wanted.items.erase(tail.begin(), tail.end());
      for (std::size_t c = 0; c < columns.size(); ++c)
        for (const std::int32_t item : wanted.items)
          wanted.scores.push_back(has(parts, columns[c].part)
                                      ? scorers[c].total(static_cast<std::size_t>(item))
                                      : 0.0f);
      for (const std::int32_t item : wanted.items)
        wanted.relevant.push_back(std::ranges::binary_search(judged.relevant, item));
      wanted.ideal_gain = ideal_gain(judged.relevant_count);
      wanted.weight = weight_;
      wanted.counts_for_lists = with_lists;
    };
  });
  return cases;
}

}  // namespace marquee
