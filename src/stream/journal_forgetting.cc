#include "stream/journal.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// nullopt: there is no journal.
Result<std::optional<sqlite::Database>> open_present(const fs::path& data_dir,
                                                     sqlite::Access access) {
  const fs::path path = data_dir / "journal.db";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  MARQUEE_ASSIGN(auto database, sqlite::Database::open(path, access));
  return database;
}

Result<std::vector<std::int64_t>> offsets_of(sqlite::Database& database, std::int64_t before,
                                             const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto events,
                 database.prepare(R"(SELECT "offset", value FROM events WHERE "offset" < ?)"));
  events.bind(0, before);
  std::vector<std::int64_t> offsets;
  for (;;) {
    MARQUEE_ASSIGN(const bool row, events.step());
    if (!row) return offsets;
    if (names_them(events.text(1))) offsets.push_back(events.integer(0));
  }
}

Status remove_events(sqlite::Database& database, std::int64_t before, const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto transaction, sqlite::Transaction::begin(database));
  MARQUEE_ASSIGN(const auto offsets, offsets_of(database, before, names_them));
  MARQUEE_ASSIGN(auto remove, database.prepare(R"(DELETE FROM events WHERE "offset" = ?
    AND "offset" < (SELECT MAX("offset") FROM events))"));
  MARQUEE_ASSIGN(auto blank, database.prepare(R"(UPDATE events SET value = ? WHERE "offset" = ?)"));
  for (const std::int64_t offset : offsets) {
    MARQUEE_TRY(remove.bind(0, offset).run());
    MARQUEE_TRY(blank.bind(0, kForgottenEvent).bind(1, offset).run());
  }
  return transaction.commit();
}

}  // namespace

Result<std::int64_t> count_in_journal(const fs::path& data_dir, std::int64_t before,
                                      const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto database, open_present(data_dir, sqlite::Access::kReadOnly));
  if (!database) return 0;
  MARQUEE_ASSIGN(const auto offsets, offsets_of(*database, before, names_them));
  return std::ssize(offsets);
}

Status forget_in_journal(const fs::path& data_dir, std::int64_t before,
                         const NamesThem& names_them) {
  MARQUEE_ASSIGN(auto database, open_present(data_dir, sqlite::Access::kReadWrite));
  if (!database) return {};
  MARQUEE_TRY(database->execute("PRAGMA secure_delete=ON"));
  MARQUEE_TRY(remove_events(*database, before, names_them));
  return database->scrub();
}

}  // namespace marquee
