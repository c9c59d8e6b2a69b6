#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text_table.h"
#include "registry/model_diff.h"

namespace marquee {
namespace {

using enum TextTable::Align;

std::string share_text(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "none";
  return fmt::format("{} of {} ({:.1f} %)", part, whole,
                     100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string settings_text(const ModelDiff& diff) {
  if (diff.settings.empty()) return "Settings: the same.\n";
  TextTable table({{"setting"}, {"before", kRight}, {"after", kRight}});
  for (const auto& setting : diff.settings) table.add({setting.key, setting.before, setting.after});
  return "Settings:\n" + table.text(2);
}

std::string data_text(const ModelDiff& diff) {
  return fmt::format(
      "Data:\n"
      "  ratings  {} before, {} after: {} new, {} gone, {} changed\n"
      "  users    {} new, {} gone\n"
      "  movies   {} new, {} gone\n",
      diff.ratings_before, diff.ratings_after, diff.ratings_added, diff.ratings_removed,
      diff.ratings_changed, diff.users_added, diff.users_removed, diff.movies_added,
      diff.movies_removed);
}

std::string lists_text(const ModelDiff& diff) {
  return fmt::format(
      "Lists of {}:\n"
      "  changed                 {}\n"
      "  … by another movie      {}\n"
      "  … of users with news    {}\n"
      "  … of all the others     {}\n"
      "  overlap of the ten best {:.1f} % on average\n",
      diff.list_length, share_text(diff.lists_changed, diff.users_compared),
      share_text(diff.lists_with_others, diff.users_compared),
      share_text(diff.lists_changed_by_news, diff.users_with_news),
      share_text(diff.lists_changed - diff.lists_changed_by_news,
                 diff.users_compared - diff.users_with_news),
      100 * diff.mean_overlap_at_10);
}

std::string most_changed_text(const ModelDiff& diff) {
  if (diff.most_changed.empty()) return "";
  TextTable table({{"user", kRight}, {"stayed of 10", kRight}, {"ratings changed", kRight}});
  for (const auto& change : diff.most_changed)
    table.add({std::to_string(change.user), std::to_string(change.stayed_of_10),
               std::to_string(change.rating_changes)});
  return "Changed most:\n" + table.text(2);
}

// What an engineer would conclude from the figures.
std::string reason_text(const ModelDiff& diff) {
  const bool data = diff.ratings_added + diff.ratings_removed + diff.ratings_changed +
                        diff.movies_added + diff.movies_removed >
                    0;
  if (diff.lists_changed == 0) return "Why: no list changed.\n";
  if (!diff.settings.empty())
    return data ? "Why: both the settings and the data differ.\n"
                : "Why: the settings differ; the data are the same.\n";
  return data ? "Why: the data differ; every list is drawn from all ratings, so the lists of "
                "users without news may move, too.\n"
              : "Why: neither settings nor data differ; the program or its thread count did.\n";
}

std::string move_text(const UserDiff::Place& place) {
  if (place.before == 0) return "new";
  if (place.after == 0) return "left";
  if (place.before == place.after) return "=";
  return place.before > place.after ? fmt::format("up {}", place.before - place.after)
                                    : fmt::format("down {}", place.after - place.before);
}

std::string title_at(const UserDiff& diff, int UserDiff::Place::* place, int rank) {
  const auto found = std::ranges::find(diff.places, rank, place);
  return found == diff.places.end() ? "" : found->title;
}

std::string side_by_side(const UserDiff& diff) {
  int length = 0;
  for (const auto& place : diff.places) length = std::max({length, place.before, place.after});
  TextTable table({{"#", kRight}, {"before", kLeft, 32}, {"after", kLeft, 32}, {"move"}, {"why"}});
  for (int rank = 1; rank <= length; ++rank) {
    const auto after = std::ranges::find(diff.places, rank, &UserDiff::Place::after);
    const bool there = after != diff.places.end();
    table.add({std::to_string(rank), title_at(diff, &UserDiff::Place::before, rank),
               there ? after->title : "", there ? move_text(*after) : "",
               there ? after->reason : ""});
  }
  return table.text();
}

std::string left_text(const UserDiff& diff) {
  TextTable table({{""}, {""}});
  bool any = false;
  for (const auto& place : diff.places) {
    if (place.after != 0) continue;
    table.add({place.title, place.reason.empty() ? "ranks lower now" : place.reason});
    any = true;
  }
  return any ? "Left the list:\n" + table.text(2) : "";
}

std::string shares_text(const UserDiff& diff) {
  TextTable table({{"part"}, {"before", kRight}, {"after", kRight}});
  for (std::size_t part = 0; part < kPartCount; ++part)
    table.add({std::string(name_of(static_cast<Part>(part))),
               fmt::format("{:.1f} %", 100 * diff.share_before[part]),
               fmt::format("{:.1f} %", 100 * diff.share_after[part])});
  return "Share of the scores:\n" + table.text(2);
}

std::string value_text(const std::optional<float>& rating) {
  return rating ? fmt::format("{}", *rating) : "-";
}

std::string ratings_text(const UserDiff& diff) {
  if (diff.ratings.empty()) return "Ratings: the same.\n";
  TextTable table({{"rating of"}, {"before", kRight}, {"after", kRight}});
  for (const auto& [change, title] : diff.ratings)
    table.add({title, value_text(change.before), value_text(change.after)});
  return "Ratings that changed:\n" + table.text(2);
}

std::string known_text(const UserDiff& diff) {
  if (diff.known_before && diff.known_after) return "";
  return fmt::format("{} does not know this user: the popular list stands in.\n",
                     diff.known_after ? "The model before" : "The model after");
}

nlohmann::json shares_json(const std::array<double, kPartCount>& shares) {
  nlohmann::json json;
  for (std::size_t part = 0; part < kPartCount; ++part)
    json[std::string(name_of(static_cast<Part>(part)))] = shares[part];
  return json;
}

nlohmann::json value_json(const std::optional<float>& rating) {
  return rating ? nlohmann::json(*rating) : nlohmann::json(nullptr);
}

nlohmann::json place_json(int place) {
  return place == 0 ? nlohmann::json(nullptr) : nlohmann::json(place);
}

}  // namespace

nlohmann::json to_json(const ModelDiff& diff) {
  nlohmann::json settings = nlohmann::json::object();
  for (const auto& setting : diff.settings)
    settings[setting.key] = {{"before", setting.before}, {"after", setting.after}};
  nlohmann::json most = nlohmann::json::array();
  for (const auto& change : diff.most_changed)
    most.push_back({{"user_id", change.user},
                    {"stayed_of_10", change.stayed_of_10},
                    {"rating_changes", change.rating_changes}});
  return {{"before", diff.before},
          {"after", diff.after},
          {"settings", settings},
          {"ratings",
           {{"before", diff.ratings_before},
            {"after", diff.ratings_after},
            {"added", diff.ratings_added},
            {"removed", diff.ratings_removed},
            {"changed", diff.ratings_changed}}},
          {"users", {{"added", diff.users_added}, {"removed", diff.users_removed}}},
          {"movies", {{"added", diff.movies_added}, {"removed", diff.movies_removed}}},
          {"lists",
           {{"length", diff.list_length},
            {"compared", diff.users_compared},
            {"changed", diff.lists_changed},
            {"changed_by_another_movie", diff.lists_with_others},
            {"of_users_with_news", diff.users_with_news},
            {"changed_of_users_with_news", diff.lists_changed_by_news},
            {"mean_overlap@10", diff.mean_overlap_at_10}}},
          {"most_changed", most}};
}

std::string to_text(const ModelDiff& diff) {
  return fmt::format("From {} to {}\n\n", diff.before, diff.after) + settings_text(diff) +
         data_text(diff) + lists_text(diff) + most_changed_text(diff) + reason_text(diff);
}

nlohmann::json to_json(const UserDiff& diff) {
  nlohmann::json places = nlohmann::json::array(), ratings = nlohmann::json::array();
  for (const auto& place : diff.places)
    places.push_back({{"movie_id", place.movie},
                      {"title", place.title},
                      {"before", place_json(place.before)},
                      {"after", place_json(place.after)},
                      {"why", place.reason}});
  for (const auto& [change, title] : diff.ratings)
    ratings.push_back({{"movie_id", change.movie},
                       {"title", title},
                       {"before", value_json(change.before)},
                       {"after", value_json(change.after)}});
  return {{"user_id", diff.user},
          {"known_before", diff.known_before},
          {"known_after", diff.known_after},
          {"movies", places},
          {"parts_before", shares_json(diff.share_before)},
          {"parts_after", shares_json(diff.share_after)},
          {"ratings", ratings}};
}

std::string to_text(const UserDiff& diff) {
  return fmt::format("User {}\n", diff.user) + known_text(diff) + side_by_side(diff) +
         left_text(diff) + shares_text(diff) + ratings_text(diff);
}

}  // namespace marquee
