// sqlite/ wraps SQLite in owning C++ types whose failures are Errors that name the database file.
// It is given a path and SQL; it hands on rows. store/ and stream/ keep their tables through it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace marquee::sqlite {

// A prepared statement. Move-only; must not outlive its Database. Parameters and columns count from
// 0. Not thread-safe.
class Statement {
 public:
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view value);  // text, copied
  Statement& bind_null(int index);

  // Advances to the next row: true when there is one. After false or an error the statement is
  // reset and its bindings are cleared, so that it can be bound and run again.
  Result<bool> step();
  // Runs it to its end, rows passed over.
  Status run();
  // Leaves the present result early, so that the statement can be bound and run again.
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step()

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement& keep(int result);  // remembers the first bind that failed, for step() to tell
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  Status bind_status_;
};

enum class Access { kReadWrite, kReadOnly };

// A connection: WAL, synchronous=FULL, foreign keys on, a busy timeout. Move-only, for one thread
// at a time.
class Database {
 public:
  // Creates the file when writing and it is missing. A file that is not SQLite is kCorrupt.
  static Result<Database> open(const std::filesystem::path& path, Access access);

  Status execute(std::string_view sql);  // one or more statements without parameters
  Result<Statement> prepare(std::string_view sql);
  // Makes what was deleted unreadable, in the file and in its log: writes the whole file anew from
  // what is left and empties the log. No transaction may be open here. kUnavailable while somebody
  // else reads or writes for long; again: the rest. Needs as much free disk as the file is large.
  Status scrub();
  std::int64_t changes() const;  // rows the last statement changed
  std::int64_t last_insert_rowid() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  friend class Transaction;
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  Status switch_to_wal();

  std::unique_ptr<sqlite3, Closer> database_;
  std::filesystem::path path_;
};

// BEGIN IMMEDIATE on construction; rolled back when destroyed without commit().
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_ = nullptr;
};

// Brings a database to schema version migrations.size(): runs migrations[v] for every version v not
// yet applied, each in a transaction, and records it in user_version. `application_id` marks whose
// database it is: another's is refused (kCorrupt), and so is a newer version (kUsage), with how to
// mend it.
Status migrate(Database& database, std::int32_t application_id,
               std::initializer_list<std::string_view> migrations);

// The version a database is at; 0 for an empty one.
Result<std::int64_t> schema_version(Database& database);

}  // namespace marquee::sqlite
