#include "registry/model_diff.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

namespace marquee {
namespace {

constexpr std::size_t kOverlapLength = 10;
constexpr std::size_t kMostChanged = 10;

using RatedMovie = std::pair<MovieId, float>;

// In the order of the movies' ids.
std::vector<RatedMovie> ratings_of(const ModelData& model, UserId user) {
  const auto ids = model.user_ids.span();
  const auto found = std::ranges::lower_bound(ids, user);
  if (found == ids.end() || *found != user) return {};
  const auto row = model.ratings.row(static_cast<std::size_t>(found - ids.begin()));
  std::vector<RatedMovie> rated;
  rated.reserve(row.columns.size());
  for (std::size_t i = 0; i < row.columns.size(); ++i)
    rated.emplace_back(model.item_ids[static_cast<std::size_t>(row.columns[i])], row.values[i]);
  return rated;
}

std::vector<RatingChange> rating_changes(const ModelData& before, const ModelData& after,
                                         UserId user) {
  const auto old_ratings = ratings_of(before, user), new_ratings = ratings_of(after, user);
  std::vector<RatingChange> changes;
  auto left = old_ratings.begin(), right = new_ratings.begin();
  while (left != old_ratings.end() || right != new_ratings.end()) {
    if (right == new_ratings.end() || (left != old_ratings.end() && left->first < right->first)) {
      changes.push_back({.movie = left->first, .before = left->second, .after = {}});
      ++left;
    } else if (left == old_ratings.end() || right->first < left->first) {
      changes.push_back({.movie = right->first, .before = {}, .after = right->second});
      ++right;
    } else {
      if (left->second != right->second)
        changes.push_back({.movie = left->first, .before = left->second, .after = right->second});
      ++left, ++right;
    }
  }
  return changes;
}

void count(const std::vector<RatingChange>& changes, ModelDiff& diff) {
  for (const RatingChange& change : changes)
    ++(!change.before  ? diff.ratings_added
       : !change.after ? diff.ratings_removed
                       : diff.ratings_changed);
}

std::vector<std::int64_t> only_in(std::span<const std::int64_t> ids,
                                  std::span<const std::int64_t> others) {
  std::vector<std::int64_t> rest;
  std::ranges::set_difference(ids, others, std::back_inserter(rest));
  return rest;
}

std::vector<UserId> in_both(std::span<const UserId> some, std::span<const UserId> others) {
  std::vector<UserId> both;
  std::ranges::set_intersection(some, others, std::back_inserter(both));
  return both;
}

nlohmann::json settings_of(const ModelData& model) {
  auto settings = nlohmann::json::parse(model.lineage.config_json, nullptr, false);
  return settings.is_object() ? settings : nlohmann::json::object();
}

std::string text_of(const nlohmann::json& settings, const std::string& key) {
  if (!settings.contains(key)) return "";
  const nlohmann::json& value = settings[key];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<ModelDiff::Setting> diff_settings(const ModelData& before, const ModelData& after) {
  const nlohmann::json old_settings = settings_of(before), new_settings = settings_of(after);
  std::set<std::string> keys;
  for (const auto& [key, value] : old_settings.items()) keys.insert(key);
  for (const auto& [key, value] : new_settings.items()) keys.insert(key);
  std::vector<ModelDiff::Setting> settings;
  for (const std::string& key : keys)
    if (text_of(old_settings, key) != text_of(new_settings, key))
      settings.push_back({key, text_of(old_settings, key), text_of(new_settings, key)});
  return settings;
}

std::vector<MovieId> movies_of(const std::vector<Recommendation>& list, std::size_t length) {
  std::vector<MovieId> movies;
  for (const Recommendation& entry : std::span(list).first(std::min(length, list.size())))
    movies.push_back(entry.movie);
  return movies;
}

std::size_t common(std::vector<MovieId> some, std::vector<MovieId> others) {
  std::ranges::sort(some);
  std::ranges::sort(others);
  return in_both(some, others).size();
}

// What became of one user's list.
struct ListChange {
  bool changed = false;     // another movie or another order
  bool has_others = false;  // another movie
  std::size_t stayed = 0;   // of the ten best
  double overlap = 1;       // the same as a share; lists may be shorter than ten
};

ListChange compare_lists(const Recommender& before, const Recommender& after, UserId user,
                         int length) {
  const int n = std::max(length, static_cast<int>(kOverlapLength));
  const auto old_list = before.recommend(user, n), new_list = after.recommend(user, n);
  const auto wanted = static_cast<std::size_t>(length);
  const auto old_movies = movies_of(old_list, wanted), new_movies = movies_of(new_list, wanted);
  const auto old_best = movies_of(old_list, kOverlapLength);
  const auto new_best = movies_of(new_list, kOverlapLength);
  ListChange change{.changed = old_movies != new_movies,
                    .has_others = old_movies.size() != new_movies.size() ||
                                  common(old_movies, new_movies) != new_movies.size(),
                    .stayed = common(old_best, new_best)};
  if (const std::size_t most = std::max(old_best.size(), new_best.size()); most > 0)
    change.overlap = static_cast<double>(change.stayed) / static_cast<double>(most);
  return change;
}

void compare_all_lists(const Recommender& before, const Recommender& after, ModelDiff& diff) {
  const auto users = in_both(before.data().user_ids.span(), after.data().user_ids.span());
  double overlap = 0;
  for (const UserId user : users) {
    const ListChange change = compare_lists(before, after, user, diff.list_length);
    const auto news = rating_changes(before.data(), after.data(), user);
    count(news, diff);
    overlap += change.overlap;
    diff.users_with_news += !news.empty();
    diff.lists_changed += change.changed;
    diff.lists_with_others += change.has_others;
    diff.lists_changed_by_news += change.changed && !news.empty();
    if (change.changed)
      diff.most_changed.push_back({.user = user,
                                   .stayed_of_10 = static_cast<int>(change.stayed),
                                   .rating_changes = static_cast<std::int64_t>(news.size())});
  }
  diff.users_compared = static_cast<std::int64_t>(users.size());
  diff.mean_overlap_at_10 = users.empty() ? 1 : overlap / static_cast<double>(users.size());
}

std::array<double, kPartCount> part_shares(const std::vector<Recommendation>& list) {
  std::array<double, kPartCount> shares{};
  double sum = 0;
  for (const Recommendation& entry : list)
    for (std::size_t part = 0; part < kPartCount; ++part) {
      shares[part] += std::abs(entry.parts[part]);
      sum += std::abs(entry.parts[part]);
    }
  if (sum > 0)
    for (double& share : shares) share /= sum;
  return shares;
}

int place_of(const std::vector<Recommendation>& list, MovieId movie) {
  const auto found = std::ranges::find(list, movie, &Recommendation::movie);
  return found == list.end() ? 0 : static_cast<int>(found - list.begin()) + 1;
}

// The title as the newer of the models that know it has it.
std::string title_in(const Recommender& before, const Recommender& after, MovieId movie) {
  return std::string(after.knows_movie(movie) ? after.title(movie) : before.title(movie));
}

// Names the new rating that pulls the movie up most, if any does.
std::string why_entered(const Recommender& before, const Recommender& after, UserId user,
                        const Recommendation& entry) {
  if (!before.knows_movie(entry.movie)) return "a new movie";
  for (const auto& reason : after.explain(user, entry).because)
    if (before.rating(user, reason.movie) != after.rating(user, reason.movie))
      return fmt::format("rated {}", after.title(reason.movie));
  return "";
}

std::string why_left(const Recommender& after, UserId user, MovieId movie) {
  if (after.rating(user, movie)) return "rated by now";
  return after.knows_movie(movie) ? "" : "no longer in the catalogue";
}

}  // namespace

ModelDiff diff_models(const LoadedModel& before, const LoadedModel& after, int list_length) {
  const ModelData &old_data = *before.data, &new_data = *after.data;
  const auto size_only_in = [](const auto& some, const auto& others) {
    return static_cast<std::int64_t>(only_in(some.span(), others.span()).size());
  };
  ModelDiff diff;
  diff.before = before.version;
  diff.after = after.version;
  diff.list_length = list_length;
  diff.settings = diff_settings(old_data, new_data);
  diff.ratings_before = static_cast<std::int64_t>(old_data.ratings.values.size());
  diff.ratings_after = static_cast<std::int64_t>(new_data.ratings.values.size());
  diff.users_added = size_only_in(new_data.user_ids, old_data.user_ids);
  diff.users_removed = size_only_in(old_data.user_ids, new_data.user_ids);
  diff.movies_added = size_only_in(new_data.item_ids, old_data.item_ids);
  diff.movies_removed = size_only_in(old_data.item_ids, new_data.item_ids);
  for (const UserId user : only_in(new_data.user_ids.span(), old_data.user_ids.span()))
    count(rating_changes(old_data, new_data, user), diff);
  for (const UserId user : only_in(old_data.user_ids.span(), new_data.user_ids.span()))
    count(rating_changes(old_data, new_data, user), diff);
  compare_all_lists(Recommender(before.data), Recommender(after.data), diff);

  std::ranges::stable_sort(diff.most_changed, {}, &ModelDiff::UserChange::stayed_of_10);
  if (diff.most_changed.size() > kMostChanged) diff.most_changed.resize(kMostChanged);
  return diff;
}

UserDiff diff_user(const Recommender& before, const Recommender& after, UserId user,
                   int list_length) {
  const auto old_list = before.recommend(user, list_length);
  const auto new_list = after.recommend(user, list_length);
  UserDiff diff{.user = user,
                .known_before = before.knows_user(user),
                .known_after = after.knows_user(user),
                .places = {},
                .share_before = part_shares(old_list),
                .share_after = part_shares(new_list),
                .ratings = {}};
  for (const Recommendation& entry : new_list) {
    const int place = place_of(old_list, entry.movie);
    diff.places.push_back({.movie = entry.movie,
                           .title = title_in(before, after, entry.movie),
                           .before = place,
                           .after = place_of(new_list, entry.movie),
                           .reason = place ? "" : why_entered(before, after, user, entry)});
  }
  for (const Recommendation& entry : old_list)
    if (place_of(new_list, entry.movie) == 0)
      diff.places.push_back({.movie = entry.movie,
                             .title = title_in(before, after, entry.movie),
                             .before = place_of(old_list, entry.movie),
                             .after = 0,
                             .reason = why_left(after, user, entry.movie)});
  for (const RatingChange& change : rating_changes(before.data(), after.data(), user))
    diff.ratings.push_back({change, title_in(before, after, change.movie)});
  return diff;
}

}  // namespace marquee
