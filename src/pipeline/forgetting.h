// Forgetting users: everything that is kept of them is removed, and a scan of every place proves
// it. What models were trained on stays in those models; the report names them.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/config.h"
#include "pipeline/tasks.h"

namespace marquee {

struct ForgettingPlace {
  std::string name;        // "Bronze: events"
  std::int64_t found = 0;  // lines, rows or items, before
  std::int64_t left = 0;   // after

  std::int64_t removed() const { return std::max<std::int64_t>(found - left, 0); }
};

struct ForgettingReport {
  std::vector<ForgettingPlace> places;
  TimeMicros exact_as_of = kUnknownTime;  // statistics of the movies; unknown: they did not change
  // Models that still know one of the users: names of files here, keys in the object store.
  std::vector<std::string> models = {};

  std::int64_t found() const;
  std::int64_t left() const;
  // "forgotten", "nothing found", or "incomplete" while something is left.
  std::string_view outcome() const;
};

struct ForgettingRequest {
  std::vector<UserId> users;
  std::string by;  // who asks, for the audit
  // Asked once it is known what there is, and before anything is removed; an error ends it. May be
  // empty. Not asked where there is nothing.
  std::function<Status(const ForgettingReport& found)> confirm = {};
  Progress progress = {};
};

// Under the data dir's pipeline lock, so beside no task of a run:
//
// storage.mode embedded: applies the events that wait in the stream, then removes the users in one
// transaction. A consumer or server may go on meanwhile; what the same id sends later is a new
// user.
//
// storage.mode aws: kUnavailable while a consumer of the group runs, or while events of the users
// wait in the stream: they would come back. No consumer of this data dir can start meanwhile.
//
// Leaves lines in <data-dir>/forgotten.jsonl that say what was removed where, when, by whom, and
// nothing of the users. Killed anywhere, or after an error, the same call does the rest. With
// left() > 0 in the answer it is not done.
Result<ForgettingReport> forget_users(const Config& config, Clock& clock,
                                      const ForgettingRequest& request);

}  // namespace marquee
