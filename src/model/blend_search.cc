#include "model/blend_search.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "model/parallel.h"
#include "model/scorer.h"

namespace marquee {
namespace {

constexpr std::size_t kPlaces = 10;
constexpr std::int32_t kNone = -1;
constexpr double kTolerance = 0.005;  // of the best NDCG, given up for coverage
constexpr std::size_t kClimbed = 4;   // best starts that are climbed from

// The first ten candidates by weighted score, ties by lower item: insertion into a short list.
class Ranking {
 public:
  void add(float score, std::size_t candidate) {
    if (count_ == kPlaces && score <= scores_[kPlaces - 1]) return;
    std::size_t place = count_ < kPlaces ? count_++ : kPlaces - 1;
    for (; place > 0 && scores_[place - 1] < score; --place) {
      scores_[place] = scores_[place - 1];
      candidates_[place] = candidates_[place - 1];
    }
    scores_[place] = score;
    candidates_[place] = candidate;
  }
  std::span<const std::size_t> candidates() const { return std::span(candidates_).first(count_); }

 private:
  std::array<float, kPlaces> scores_{};
  std::array<std::size_t, kPlaces> candidates_{};
  std::size_t count_ = 0;
};

// Places and candidates of one case under some weights; writes its list and gives its NDCG@10.
double rank_case(const BlendCase& judged, std::span<const float> weights,
                 std::vector<float>& totals, std::int32_t* list) {
  const std::size_t count = judged.items.size();
  totals.assign(count, 0.0f);
  for (std::size_t c = 0; c < weights.size(); ++c) {
    if (weights[c] == 0) continue;
    const float* scores = judged.scores.data() + c * count;
    for (std::size_t k = 0; k < count; ++k) totals[k] += weights[c] * scores[k];
  }
  Ranking ranking;
  for (std::size_t k = 0; k < count; ++k) ranking.add(totals[k], k);
  double gain = 0;
  std::size_t place = 0;
  for (const std::size_t candidate : ranking.candidates()) {
    list[place] = judged.items[candidate];
    if (judged.relevant[candidate] != 0) gain += discount_at(place);
    ++place;
  }
  return judged.ideal_gain > 0 ? judged.weight * gain / judged.ideal_gain : 0;
}

double miss_of(const BlendFigures& figures, const Floors& floors) {
  const auto miss = [](double figure, double floor) {
    return floor > 0 ? std::max(0.0, 1 - figure / floor) : 0.0;
  };
  return miss(figures.coverage, floors.coverage) +
         miss(figures.user_diversity, floors.user_diversity);
}

// Everything that one search has judged.
class Judgements {
 public:
  Judgements(const BlendSearch& search, const Dials& dials, const Floors& floors)
      : search_(search), dials_(dials), floors_(floors) {}

  const BlendFigures& at(const Setting& setting) {
    const auto found = known_.find(setting);
    if (found != known_.end()) return found->second;
    const auto& figures = known_.emplace(setting, search_.judge(dials_, setting)).first->second;
    if (!best_ || better(figures, known_.at(*best_))) {
      best_ = setting;
      curve_.emplace_back(known_.size(), figures.ndcg);
    }
    return figures;
  }

  // Keeping the floors comes first.
  bool better(const BlendFigures& a, const BlendFigures& b) const {
    const double miss_a = miss_of(a, floors_), miss_b = miss_of(b, floors_);
    return miss_a != miss_b ? miss_a < miss_b : a.ndcg > b.ndcg;
  }

  BlendResult result() const {
    const BlendFigures& best = known_.at(*best_);
    BlendResult result{*best_, best, known_.size(), curve_};
    if (miss_of(best, floors_) > 0) return result;
    for (const auto& [setting, figures] : known_)
      if (miss_of(figures, floors_) == 0 && figures.ndcg >= (1 - kTolerance) * best.ndcg &&
          figures.coverage > result.figures.coverage) {
        result.setting = setting;
        result.figures = figures;
      }
    return result;
  }

 private:
  const BlendSearch& search_;
  const Dials& dials_;
  const Floors& floors_;
  std::map<Setting, BlendFigures> known_;
  std::optional<Setting> best_;
  std::vector<std::pair<std::size_t, double>> curve_;
};

std::size_t nearest(const std::vector<double>& values, double wanted) {
  const auto distance = [&](double value) { return std::abs(value - wanted); };
  return static_cast<std::size_t>(std::ranges::min_element(values, {}, distance) - values.begin());
}

// Single parts, pairs and blends, as far as pinned dials let them be.
std::vector<Setting> starts_of(const Dials& dials) {
  constexpr std::array<std::array<double, 5>, 12> kStarts = {{
      // collaborative, user–user of it, latent of the rest, content, popularity
      {1, 0, 0, 0, 0},
      {1, 0, 1, 0, 0},
      {1, 1, 0, 0, 0},
      {0, 0, 0.5, 1, 0},
      {0, 0, 0.5, 0, 1},
      {1, 0, 0.5, 0, 0},
      {1, 0.5, 0, 0, 0},
      {1, 0.1, 0.5, 0.05, 0.05},
      {1, 0, 0.5, 0, 0.2},
      {0.5, 0, 0.5, 0, 0.45},
      {0.5, 0, 0, 0, 0.7},
      {0.35, 0, 0.5, 0.02, 1},
  }};
  std::vector<Setting> starts;
  for (const auto& wanted : kStarts) {
    Setting start{};
    for (std::size_t d = 0; d < wanted.size(); ++d) start[d] = nearest(dials[d], wanted[d]);
    for (std::size_t aging = 0;
         aging < dials[static_cast<std::size_t>(Dial::kPopularityAging)].size(); ++aging) {
      start[static_cast<std::size_t>(Dial::kPopularityAging)] = aging;
      if (aging == 0 || wanted[static_cast<std::size_t>(Dial::kPopularity)] > 0)
        starts.push_back(start);
    }
  }
  return starts;
}

// Moves one dial at a time as long as that helps, first by two places, then by one.
Setting climb(Setting from, const Dials& dials, Judgements& judgements) {
  for (const std::ptrdiff_t step : {2, 1}) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t d = 0; d < kDialCount; ++d)
        for (const std::ptrdiff_t move : {step, -step}) {
          const auto place = static_cast<std::ptrdiff_t>(from[d]) + move;
          if (place < 0 || place >= std::ssize(dials[d])) continue;
          Setting next = from;
          next[d] = static_cast<std::size_t>(place);
          const BlendFigures figures = judgements.at(next);
          if (!judgements.better(figures, judgements.at(from))) continue;
          from = next;
          moved = true;
        }
    }
  }
  return from;
}

}  // namespace

BlendSearch::BlendSearch(std::span<const BlendCase> cases, std::span<const Column> columns,
                         int threads)
    : cases_(cases), columns_(columns), threads_(threads) {}

BlendSearch::Weights BlendSearch::weights_of(const Dials& dials, const Setting& setting) const {
  const auto value = [&](Dial dial) {
    const auto d = static_cast<std::size_t>(dial);
    return dials[d][setting[d]];
  };
  ModelOptions options;
  options.cf_weight = value(Dial::kCollaborative);
  options.user_user_share = value(Dial::kUserUserShare);
  options.latent_share = value(Dial::kLatentShare);
  options.content_weight = value(Dial::kContent);
  options.popularity_weight = value(Dial::kPopularity);
  const auto parts = part_weights(options);
  Weights weights(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Part part = columns_[c].part;
    const bool chosen =
        (part != Part::kItemItem || c == static_cast<std::size_t>(value(Dial::kOwnAging))) &&
        (part != Part::kPopularity || c == static_cast<std::size_t>(value(Dial::kPopularityAging)));
    if (chosen) weights[c] = parts[static_cast<std::size_t>(part)];
  }
  return weights;
}

BlendFigures BlendSearch::figures_of(std::span<const std::int32_t> lists, double ndcg) const {
  std::unordered_map<std::int32_t, double> shown;
  double users = 0, places = 0, shared = 0;
  for (std::size_t u = 0; u < cases_.size(); ++u) {
    if (!cases_[u].counts_for_lists) continue;
    ++users;
    for (const std::int32_t item : lists.subspan(u * kPlaces, kPlaces)) {
      if (item == kNone) continue;
      shared += 2 * shown[item]++;
      ++places;
    }
  }
  const double diversity = users > 1 && places > 0 ? 1 - shared / ((users - 1) * places) : 0;
  return {ndcg, static_cast<double>(shown.size()), diversity};
}

BlendFigures BlendSearch::judge(const Weights& weights) const {
  std::vector<std::int32_t> lists(cases_.size() * kPlaces, kNone);
  std::vector<double> ndcg(cases_.size());
  for_each_row(cases_.size(), threads_, [&] {
    return [&, totals = std::vector<float>()](std::size_t u) mutable {
      ndcg[u] = rank_case(cases_[u], weights, totals, lists.data() + u * kPlaces);
    };
  });
  double judged = 0;
  for (const BlendCase& one : cases_)
    if (one.ideal_gain > 0) judged += one.weight;
  const double sum = std::accumulate(ndcg.begin(), ndcg.end(), 0.0);
  return figures_of(lists, judged > 0 ? sum / judged : 0);
}

BlendFigures BlendSearch::judge(const Dials& dials, const Setting& setting) const {
  return judge(weights_of(dials, setting));
}

BlendFigures BlendSearch::judge_column(std::size_t column) const {
  Weights weights(columns_.size());
  weights[column] = 1;
  return judge(weights);
}

BlendResult BlendSearch::search(const Dials& dials, const Floors& floors) const {
  Judgements judgements(*this, dials, floors);
  std::vector<Setting> starts = starts_of(dials);
  for (const Setting& start : starts) judgements.at(start);
  std::ranges::stable_sort(starts, [&](const Setting& a, const Setting& b) {
    return judgements.better(judgements.at(a), judgements.at(b));
  });
  for (std::size_t k = 0; k < std::min(kClimbed, starts.size()); ++k)
    climb(starts[k], dials, judgements);
  return judgements.result();
}

}  // namespace marquee
