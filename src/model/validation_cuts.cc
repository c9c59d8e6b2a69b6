#include "model/validation_cuts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "model/rating_times.h"
#include "model/signatures.h"

namespace marquee {
namespace {

constexpr std::size_t kFold = 10;           // a tenth is held out of each user
constexpr std::size_t kWindow = 10;         // a tenth lies behind a cut in time
constexpr std::size_t kMinUserRatings = 5;  // a user with fewer keeps all
constexpr std::size_t kFewestUsers = 20;    // who have to stay on over a cut in time

// One rating with what orders it.
struct Entry {
  Rating rating;
  std::uint64_t chance = 0;  // the same whatever users and movies are called
};

std::vector<Entry> entries_of(const InteractionMatrix& matrix) {
  const Signatures signatures = signatures_of(matrix);
  std::vector<Entry> entries;
  entries.reserve(matrix.rating_count());
  for (std::size_t u = 0; u < matrix.user_count(); ++u) {
    const auto row = matrix.user(u);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const auto item = static_cast<std::size_t>(row.columns[k]);
      entries.push_back({{.user = matrix.user_ids()[u],
                          .movie = matrix.item_ids()[item],
                          .value = row.values[k],
                          .time = matrix.times()[entries.size()]},
                         mixed(signatures.users[u] ^ mixed(signatures.items[item]))});
    }
  }
  return entries;
}

std::vector<Cut> cuts_by_user(std::vector<Entry> entries, std::size_t most) {
  std::vector<Cut> cuts(std::clamp<std::size_t>(most, 1, kFold));
  for (std::size_t first = 0, last = 0; first < entries.size(); first = last) {
    while (last < entries.size() && entries[last].rating.user == entries[first].rating.user) ++last;
    const std::size_t count = last - first;
    std::sort(entries.begin() + static_cast<std::ptrdiff_t>(first),
              entries.begin() + static_cast<std::ptrdiff_t>(last),
              [](const Entry& a, const Entry& b) { return a.chance < b.chance; });
    for (std::size_t c = 0; c < cuts.size(); ++c)
      for (std::size_t k = 0; k < count; ++k) {
        const bool later = count >= kMinUserRatings && k % kFold == c;
        (later ? cuts[c].later : cuts[c].past).push_back(entries[first + k].rating);
      }
  }
  return cuts;
}

std::vector<Cut> cuts_by_time(std::vector<Entry> entries, std::size_t most) {
  std::ranges::sort(entries, {},
                    [](const Entry& entry) { return std::pair(entry.rating.time, entry.chance); });
  const std::size_t window = entries.size() / kWindow;
  std::vector<Cut> cuts;
  for (std::size_t c = 0; c < most; ++c) {
    if (window == 0 || (c + 2) * window > entries.size()) break;  // a past of one window at least
    const std::size_t at = entries.size() - (c + 1) * window;
    Cut cut{{}, {}, std::pow(kOlderCut, static_cast<double>(c))};
    for (std::size_t k = 0; k < at; ++k) cut.past.push_back(entries[k].rating);
    for (std::size_t k = at; k < at + window; ++k) cut.later.push_back(entries[k].rating);
    cuts.push_back(std::move(cut));
  }
  return cuts;
}

std::size_t users_staying(const Cut& cut) {
  std::unordered_set<UserId> before, staying;
  for (const Rating& rating : cut.past) before.insert(rating.user);
  for (const Rating& rating : cut.later)
    if (before.contains(rating.user)) staying.insert(rating.user);
  return staying.size();
}

}  // namespace

ValidationCuts make_cuts(const InteractionMatrix& matrix, std::string_view validation,
                         std::size_t most) {
  auto entries = entries_of(matrix);
  std::string obstacle;
  if (validation == "time") {
    if (!RatingTimes(matrix.times().span()).tell_anything()) {
      obstacle = "the times of the ratings say nothing";
    } else {
      auto cuts = cuts_by_time(entries, most);
      const std::size_t staying = cuts.empty() ? 0 : users_staying(cuts.front());
      if (staying >= kFewestUsers) return {"time", "model.validation is time", std::move(cuts)};
      obstacle = fmt::format("only {} users stay on over a cut in time", staying);
    }
  }
  return {"user", obstacle.empty() ? "model.validation is user" : "by user, because " + obstacle,
          cuts_by_user(std::move(entries), most)};
}

}  // namespace marquee
