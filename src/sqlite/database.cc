#include "sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace marquee::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBusyLimit{10'000};
constexpr std::chrono::milliseconds kBusyPause{5};

struct Advice {
  ErrorCode code;
  std::string_view mend;
};

Advice advice_for(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kIo, "free space on its disk and run it again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::kIo, "give the user write permission there, or choose another --data-dir"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kIo, "check that the folder exists and is writable"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable,
              "another process holds it; wait for it to end and run it again"};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorCode::kCorrupt,
              "restore it from a backup, or move it away and import the data again"};
    case SQLITE_IOERR:
      return {ErrorCode::kIo, "check the disk and its free space, then run it again"};
    default:
      return {ErrorCode::kInternal, ""};
  }
}

std::unexpected<Error> failure(sqlite3* database, const fs::path& path, std::string_view doing) {
  const int result = database != nullptr ? sqlite3_extended_errcode(database) : SQLITE_NOMEM;
  const char* text = database != nullptr ? sqlite3_errmsg(database) : "out of memory";
  const Advice advice = advice_for(result);
  return fail(advice.code, fmt::format("cannot {} the database: {}", doing, text), path.string(),
              std::string(advice.mend));
}

std::unexpected<Error> failure(sqlite3_stmt* statement, std::string_view doing) {
  sqlite3* database = sqlite3_db_handle(statement);
  const char* file = sqlite3_db_filename(database, "main");
  return failure(database, file != nullptr ? file : "", doing);
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Database::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Statement& Statement::keep(int result) {
  if (result != SQLITE_OK && bind_status_) bind_status_ = failure(statement_.get(), "use");
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  return keep(sqlite3_bind_int64(statement_.get(), index + 1, value));
}

Statement& Statement::bind(int index, double value) {
  return keep(sqlite3_bind_double(statement_.get(), index + 1, value));
}

Statement& Statement::bind(int index, std::string_view value) {
  const char* text = value.data() != nullptr ? value.data() : "";
  return keep(sqlite3_bind_text64(statement_.get(), index + 1, text, value.size(), SQLITE_TRANSIENT,
                                  SQLITE_UTF8));
}

Statement& Statement::bind_null(int index) {
  return keep(sqlite3_bind_null(statement_.get(), index + 1));
}

Result<bool> Statement::step() {
  if (!bind_status_) return std::unexpected(std::exchange(bind_status_, Status()).error());
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  // The message must be read before the reset, which clears it.
  Result<bool> outcome = false;
  if (result != SQLITE_DONE) outcome = failure(statement_.get(), "use");
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  return outcome;
}

Status Statement::run() {
  for (;;) {
    MARQUEE_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const fs::path& path, Access access) {
  const int flags = access == Access::kReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                 : SQLITE_OPEN_READONLY;
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database;
  database.database_.reset(raw);
  database.path_ = path;
  if (result != SQLITE_OK) return failure(raw, path, "open");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(kBusyLimit.count()));
  // A reader must not change the journal mode; reading user_version finds out whether it is a
  // database at all.
  if (access == Access::kReadWrite)
    MARQUEE_TRY(database.switch_to_wal());
  else
    MARQUEE_TRY(database.execute("PRAGMA user_version"));
  MARQUEE_TRY(database.execute(
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"));
  return database;
}

// SQLite does not wait for the lock that this takes on a new database.
Status Database::switch_to_wal() {
  const auto deadline = std::chrono::steady_clock::now() + kBusyLimit;
  for (;;) {
    Status switched = execute("PRAGMA journal_mode=WAL");
    const bool busy = !switched && switched.error().code == ErrorCode::kUnavailable;
    if (!busy || std::chrono::steady_clock::now() >= deadline) return switched;
    std::this_thread::sleep_for(kBusyPause);
  }
}

Status Database::execute(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure(database_.get(), path_, "use");
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int result = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (result != SQLITE_OK) return failure(database_.get(), path_, "use");
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

Status Database::scrub() {
  MARQUEE_TRY(execute("VACUUM"));
  MARQUEE_ASSIGN(auto checkpoint, prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  MARQUEE_ASSIGN(const bool row, checkpoint.step());
  const bool busy = row && checkpoint.integer(0) != 0;
  checkpoint.reset();
  if (!busy) return {};
  return fail(ErrorCode::kUnavailable, "somebody reads the database: its log cannot be emptied",
              path_.string(), "stop what reads it, then run it again");
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(database_.get());
}
std::int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(database_.get());
}

Result<Transaction> Transaction::begin(Database& database) {
  MARQUEE_TRY(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // After some failures (a full disk) SQLite has rolled back by itself; a second try would only
  // fail.
  if (database_ != nullptr && sqlite3_get_autocommit(database_->database_.get()) == 0)
    (void)database_->execute("ROLLBACK");
}

Status Transaction::commit() {
  MARQUEE_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

namespace {

Result<std::int64_t> pragma(Database& database, const std::string& name) {
  MARQUEE_ASSIGN(auto statement, database.prepare("PRAGMA " + name));
  MARQUEE_ASSIGN(const bool row, statement.step());
  const std::int64_t value = row ? statement.integer(0) : 0;
  statement.reset();
  return value;
}

Status check_owner(Database& database, std::int64_t application_id, std::int64_t version,
                   std::size_t known) {
  MARQUEE_ASSIGN(const std::int64_t owner, pragma(database, "application_id"));
  if (owner != application_id && (owner != 0 || version != 0))
    return fail(ErrorCode::kCorrupt,
                "the database belongs to another program or another part of this one",
                database.path().string(), "move it away, or choose another --data-dir");
  if (version > static_cast<std::int64_t>(known))
    return fail(ErrorCode::kUsage,
                fmt::format("the database has schema version {}, this program knows up to {}",
                            version, known),
                database.path().string(),
                "use the newer marquee that wrote it, or another --data-dir");
  return {};
}

}  // namespace

Status migrate(Database& database, std::int32_t application_id,
               std::initializer_list<std::string_view> migrations) {
  MARQUEE_ASSIGN(const std::int64_t seen, pragma(database, "user_version"));
  MARQUEE_TRY(check_owner(database, application_id, seen, migrations.size()));
  if (seen == static_cast<std::int64_t>(migrations.size())) return {};
  MARQUEE_ASSIGN(auto transaction, Transaction::begin(database));
  // Another process may have migrated while this one waited for the lock.
  MARQUEE_ASSIGN(std::int64_t version, pragma(database, "user_version"));
  MARQUEE_TRY(check_owner(database, application_id, version, migrations.size()));
  for (; version < static_cast<std::int64_t>(migrations.size()); ++version)
    MARQUEE_TRY(database.execute(*(migrations.begin() + version)));
  MARQUEE_TRY(database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                           application_id, migrations.size())));
  return transaction.commit();
}

Result<std::int64_t> schema_version(Database& database) {
  return pragma(database, "user_version");
}

}  // namespace marquee::sqlite
