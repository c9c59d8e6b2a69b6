// dynamodb/ keeps rows in DynamoDB. This header: its operations on items as such, in bulk. The
// tables of features stand on it in feature_tables.h.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/service.h"
#include "core/clock.h"
#include "core/error.h"
#include "dynamodb/request_limit.h"

namespace marquee::dynamodb {

// As in DynamoDB's JSON: {"id": {"N": "1"}, "source": {"S": "a"}}. A key is an item of the key
// attributes alone.
using Item = nlohmann::json;

enum class KeyType { kNumber, kText };

struct KeyAttribute {
  std::string name;
  KeyType type = KeyType::kNumber;
};

struct TableSpec {
  std::string name;  // three characters at least
  KeyAttribute hash;
  std::optional<KeyAttribute> range{};
};

struct ClientOptions {
  int parallel_requests = 8;  // of all callers together
  // For what the service left undone of a batch; resending ends with the budget.
  aws::RetryOptions resend{};
};

// Thread-safe. kUnavailable: the service did not answer or throttled longer than the budgets
// allow; kUsage: credentials or region; kNotFound: no such table. Errors name table and endpoint.
class Client {
 public:
  // `clock` must outlive it.
  Client(aws::Service service, const ClientOptions& options, Clock& clock);

  // Makes the table when it is missing (billed by request) and waits until it can be used.
  Status ensure_table(const TableSpec& table) const;

  // Writes or removes all of them, in no order; on failure some may have been. No key may occur
  // twice. An item may have 400 KB.
  Status put(const std::string& table, std::span<const Item> items) const;
  Status remove(const std::string& table, std::span<const Item> keys) const;
  // put() of items that are JSON already: for many of a kind, which cost more to build than to
  // send.
  Status put_texts(const std::string& table, std::span<const std::string> items) const;

  // Removes one item when its attribute has this value; false: it has not, or is not there.
  Result<bool> remove_if(const std::string& table, const Item& key, const std::string& attribute,
                         const Item& value) const;

  // Those that are there, in no order, as of some moment during the call. No key may occur twice.
  Result<std::vector<Item>> get(const std::string& table, std::span<const Item> keys) const;

  // Every item of one hash value, by range, or those whose range begins with `prefix`.
  Result<std::vector<Item>> query(const TableSpec& table, const Item& hash_value,
                                  const std::string& prefix = {}) const;

  // Gives every item page by page, in no order; ends at the first failure of `take`.
  Status scan(const std::string& table,
              const std::function<Status(std::span<const Item>)>& take) const;

  // The same, of the first `pages` pages of 1 MB; false: there are more.
  Result<bool> scan_pages(const std::string& table, std::size_t pages,
                          const std::function<Status(std::span<const Item>)>& take) const;

  // Calls work(0) … work(count - 1) on as many threads as requests may be under way.
  Status in_parallel(std::size_t count, const std::function<Status(std::size_t)>& work) const;

  int allowed_requests() const { return limit_->allowed(); }
  aws::ServiceCounts counts() const { return service_.counts(); }
  const std::string& url() const { return service_.url(); }

 private:
  // `undone`: the field of the answer that holds what the service did not get to.
  Result<nlohmann::json> call(const std::string& operation, const std::string& table,
                              const std::string& body, const char* undone = "") const;
  Result<nlohmann::json> exchange(const std::string& operation, const std::string& table,
                                  const std::string& body, bool& throttled) const;
  // Sends until nothing is left undone. `take` is given each answer.
  Status send_all(const std::string& operation, const std::string& table, const char* undone,
                  std::string body, const std::function<void(nlohmann::json&)>& take) const;
  Status write(const std::string& table, const char* request, const char* content,
               std::span<const std::string> items) const;
  Result<bool> is_active(const TableSpec& table) const;  // kNotFound: there is no such table
  Result<std::vector<Item>> query_page(const std::string& table, nlohmann::json& request) const;
  std::string place(const std::string& table) const;

  aws::Service service_;
  ClientOptions options_;
  Clock* clock_;
  std::unique_ptr<RequestLimit> limit_;
};

}  // namespace marquee::dynamodb
