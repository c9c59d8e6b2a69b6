// What changed from one model to another, and why: settings, data, and everybody's lists.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/rating.h"
#include "model/model_file.h"
#include "model/recommender.h"

namespace marquee {

// A rating that one model was trained on and the other was not, or not with this value.
struct RatingChange {
  MovieId movie = 0;
  std::optional<float> before;
  std::optional<float> after;
};

struct ModelDiff {
  std::string before;  // names
  std::string after;

  struct Setting {
    std::string key;
    std::string before;  // empty: not set
    std::string after;
  };
  std::vector<Setting> settings;  // those that differ

  std::int64_t ratings_before = 0;
  std::int64_t ratings_after = 0;
  std::int64_t ratings_added = 0;
  std::int64_t ratings_removed = 0;
  std::int64_t ratings_changed = 0;  // another value
  std::int64_t users_added = 0;
  std::int64_t users_removed = 0;
  std::int64_t movies_added = 0;
  std::int64_t movies_removed = 0;

  // Of the users that both models know.
  int list_length = 0;
  std::int64_t users_compared = 0;
  std::int64_t lists_changed = 0;          // another movie or another order
  std::int64_t lists_with_others = 0;      // another movie
  std::int64_t users_with_news = 0;        // whose ratings changed
  std::int64_t lists_changed_by_news = 0;  // of those
  double mean_overlap_at_10 = 0;  // share of the ten best that stayed among them, in [0, 1]

  struct UserChange {
    UserId user = 0;
    int stayed_of_10 = 0;
    std::int64_t rating_changes = 0;
  };
  std::vector<UserChange>
      most_changed;  // up to ten users, fewest stayed first; none whose list is the same
};

// Lists of `list_length` are compared.
ModelDiff diff_models(const LoadedModel& before, const LoadedModel& after, int list_length);
nlohmann::json to_json(const ModelDiff& diff);
std::string to_text(const ModelDiff& diff);

struct UserDiff {
  UserId user = 0;
  bool known_before = false;  // otherwise the list is the popular one
  bool known_after = false;

  struct Place {
    MovieId movie = 0;
    std::string title;
    int before = 0;  // place in the list, from 1; 0: not in it
    int after = 0;
    std::string reason;  // why it entered or left, where that can be told
  };
  std::vector<Place> places;  // in the order after, then what left in the order before

  // How much of the lists' scores each part makes up, summing to 1; zeros for the popular list.
  std::array<double, kPartCount> share_before{};
  std::array<double, kPartCount> share_after{};

  struct TitledChange {
    RatingChange change;
    std::string title;
  };
  std::vector<TitledChange> ratings;
};

UserDiff diff_user(const Recommender& before, const Recommender& after, UserId user,
                   int list_length);
nlohmann::json to_json(const UserDiff& diff);
std::string to_text(const UserDiff& diff);

}  // namespace marquee
