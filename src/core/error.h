// core/ is the ground every other room stands on: ids, ratings, errors, time, configuration, logging,
// durable files. It knows nothing of any other room.
//
// This header is the one to read first: how anything that can go wrong outside the program is told.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace marquee {

// What kind of failure it is; decides the exit code and the HTTP status, never the text.
enum class ErrorCode {
  kUsage,        // wrong arguments or configuration
  kNotFound,     // a file, model, user or row that was named does not exist
  kIo,           // the operating system refused: disk full, permissions, fsync failed
  kCorrupt,      // bytes that are not what they claim to be
  kUnfit,        // data that must not be trained on
  kGateRefused,  // the gate keeps the present model
  kUnavailable,  // a server did not answer, a port is taken, a lock is held
  kConflict,     // somebody else changed it first; look again, then try again
  kInternal,     // a broken promise inside the program
};

// An error says what went wrong, where (file and line, key, offset, URL) and how to mend it.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string what;
  std::string where;  // may be empty
  std::string mend;   // may be empty

  // "what (where); mend", the parts that are empty left out.
  std::string message() const;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

// Shorthand for `return std::unexpected(Error{...})`.
std::unexpected<Error> fail(ErrorCode code, std::string what, std::string where = {},
                            std::string mend = {});

// The process exit code of the contract: 1 failed, 2 usage, 3 unfit data, 4 gate. Never 0.
int exit_code(ErrorCode code);

// A stable lower-case name for JSON ("not_found").
std::string_view name_of(ErrorCode code);

}  // namespace marquee

// Evaluates `expression` (a Result or Status); on error returns it from the enclosing function.
#define MARQUEE_TRY(expression)                                          \
  do {                                                                   \
    if (auto marquee_try_status = (expression); !marquee_try_status)     \
      return std::unexpected(std::move(marquee_try_status.error()));     \
  } while (false)

// MARQUEE_ASSIGN(auto x, f()): like MARQUEE_TRY, and binds the value on success.
#define MARQUEE_CONCAT_INNER(a, b) a##b
#define MARQUEE_CONCAT(a, b) MARQUEE_CONCAT_INNER(a, b)
#define MARQUEE_ASSIGN(target, expression) \
  MARQUEE_ASSIGN_INNER(MARQUEE_CONCAT(marquee_result_, __LINE__), target, expression)
#define MARQUEE_ASSIGN_INNER(name, target, expression)        \
  auto name = (expression);                                   \
  if (!name) return std::unexpected(std::move(name.error())); \
  target = std::move(*name)
