#include "lake/bronze_forgetting.h"

#include <mutex>

#include "lake/bronze_line.h"
#include "lake/bronze_objects.h"
#include "lake/dead_letter_line.h"
#include "lake/worker_threads.h"

namespace marquee {
namespace {

using lake::BronzeKind;
using lake::BronzeObject;

constexpr BronzeKind kKinds[] = {BronzeKind::kEvents, BronzeKind::kDeadLetters};

// Says of each line of an object whether it is to be forgotten, and which movie it rates.
class Judge {
 public:
  explicit Judge(const UserMentions& users) : users_(users) {}

  // Whether looking at single lines can be spared. Digits of ids are written plainly in events; in
  // payloads escapes and base64 may hide them.
  bool passes_over(std::string_view lines, BronzeKind kind) const {
    if (users_.may_be_in(lines)) return false;
    return kind == BronzeKind::kEvents ||
           (lines.find("payload_base64") == lines.npos && lines.find("\\u00") == lines.npos);
  }

  struct Verdict {
    std::int64_t offset = 0;
    bool is_theirs = false;
    MovieId movie = 0;  // of an event of theirs
  };
  std::expected<Verdict, std::string> judge(std::string_view line, const BronzeObject& object) {
    return object.name.kind == BronzeKind::kEvents ? judge_event(line, object)
                                                   : judge_dead_letter(line, object);
  }

 private:
  std::expected<Verdict, std::string> judge_event(std::string_view line,
                                                  const BronzeObject& object) {
    if (auto parsed = parser_.parse(line, object.name, event_); !parsed)
      return std::unexpected(std::move(parsed.error()));
    const bool is_theirs = !event_.is_forgotten && users_.contains(event_.rating.user);
    return Verdict{event_.source.offset, is_theirs, event_.rating.movie};
  }
  std::expected<Verdict, std::string> judge_dead_letter(std::string_view line,
                                                        const BronzeObject& object) const {
    const auto letter = lake::parse_dead_letter_line(line, object.name);
    if (!letter) return std::unexpected(letter.error());
    return Verdict{letter->offset, !letter->is_forgotten && users_.are_in(letter->payload), 0};
  }

  const UserMentions& users_;
  lake::EventLineParser parser_;
  BronzeEvent event_;
};

// An object's lines as they will be, and what they were.
struct Rewritten {
  std::string lines;
  std::int64_t forgotten = 0;  // lines
  std::set<MovieId> movies;
};

Result<Rewritten> without_users(const ObjectStore& store, const BronzeObject& object,
                                std::string_view lines, const UserMentions& users) {
  Judge judge(users);
  Rewritten result;
  if (judge.passes_over(lines, object.name.kind)) return result;
  MARQUEE_TRY(lake::visit_lines(
      store, object, lines, [&](std::string_view line) -> std::expected<std::int64_t, std::string> {
        const auto verdict = judge.judge(line, object);
        if (!verdict) return std::unexpected(verdict.error());
        if (!verdict->is_theirs) {
          result.lines.append(line).push_back('\n');
          return verdict->offset;
        }
        lake::append_forgotten_line(object.name.partition, verdict->offset, result.lines);
        ++result.forgotten;
        if (verdict->movie > 0) result.movies.insert(verdict->movie);
        return verdict->offset;
      }));
  return result;
}

Result<Rewritten> rewritten(ObjectStore& store, const BronzeObject& object, std::string bytes,
                            const UserMentions& users) {
  MARQUEE_ASSIGN(const std::string lines, lake::unpacked(std::move(bytes), object.name.compression,
                                                         store.name() + "/" + object.key));
  return without_users(store, object, lines, users);
}

// Whoever conflicts may have been this very put, whose answer was lost: the object is looked at
// again.
Status rewrite(ObjectStore& store, const BronzeObject& object, const UserMentions& users) {
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    MARQUEE_ASSIGN(VersionedObject present, store.get_versioned(object.key));
    MARQUEE_ASSIGN(Rewritten next, rewritten(store, object, std::move(present.bytes), users));
    if (next.forgotten == 0) return {};
    MARQUEE_ASSIGN(const std::string bytes,
                   lake::packed(std::move(next.lines), object.name.compression));
    const auto put = store.put_if(object.key, bytes, present.version);
    if (put) return {};
    if (put.error().code != ErrorCode::kConflict || attempt == kAttempts)
      return std::unexpected(put.error());
  }
}

}  // namespace

Result<BronzeTraces> find_in_bronze(ObjectStore& store, const UserMentions& users, int threads) {
  BronzeTraces traces;
  std::mutex mutex;
  for (const BronzeKind kind : kKinds) {
    MARQUEE_ASSIGN(const auto objects, lake::list_bronze(store, kind));
    MARQUEE_TRY(lake::for_each_index(objects.size(), threads, [&](std::size_t k, auto) -> Status {
      MARQUEE_ASSIGN(std::string bytes, store.get(objects[k].key));
      MARQUEE_ASSIGN(Rewritten found, rewritten(store, objects[k], std::move(bytes), users));
      const std::lock_guard guard(mutex);
      (kind == BronzeKind::kEvents ? traces.events : traces.dead_letters) += found.forgotten;
      traces.movies.merge(found.movies);
      return {};
    }));
  }
  return traces;
}

Status forget_in_bronze(ObjectStore& store, const UserMentions& users, int threads) {
  for (const BronzeKind kind : kKinds) {
    MARQUEE_ASSIGN(const auto objects, lake::list_bronze(store, kind));
    MARQUEE_TRY(lake::for_each_index(objects.size(), threads, [&](std::size_t k, auto) {
      return rewrite(store, objects[k], users);
    }));
  }
  return {};
}

}  // namespace marquee
