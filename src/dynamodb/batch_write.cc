// BatchWriteItem: batches as large as the service takes, several at once.
#include <fmt/format.h>

#include "dynamodb/dynamodb_client.h"

namespace marquee::dynamodb {
namespace {

constexpr std::size_t kItemsPerBatch = 25;
constexpr std::size_t kBytesPerItem = 400 << 10;
constexpr std::size_t kBytesPerBatch = 16 << 20;

// Bodies of requests, each with as many items as fit.
class Batches {
 public:
  explicit Batches(const std::string& table)
      : opening_(fmt::format(R"({{"RequestItems":{{{}:[)", nlohmann::json(table).dump())) {}

  void add(const std::string& request) {
    const bool fits = !bodies_.empty() && items_ < kItemsPerBatch &&
                      bodies_.back().size() + request.size() + kClosing.size() < kBytesPerBatch;
    if (!fits) {
      close();
      bodies_.push_back(opening_);
      items_ = 0;
    }
    if (items_++ > 0) bodies_.back() += ',';
    bodies_.back() += request;
  }

  std::vector<std::string> finish() {
    close();
    return std::move(bodies_);
  }

 private:
  static constexpr std::string_view kClosing = "]}}";

  void close() {
    if (!bodies_.empty()) bodies_.back() += kClosing;
  }

  std::string opening_;
  std::vector<std::string> bodies_;
  std::size_t items_ = 0;
};

std::vector<std::string> texts_of(std::span<const Item> items) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const Item& item : items) texts.push_back(item.dump());
  return texts;
}

}  // namespace

Status Client::write(const std::string& table, const char* request, const char* content,
                     std::span<const std::string> items) const {
  Batches batches(table);
  for (const std::string& item : items) {
    if (item.size() > kBytesPerItem)
      return fail(ErrorCode::kInternal,
                  fmt::format("an item of {} bytes is too large", item.size()), place(table));
    batches.add(fmt::format(R"({{"{}":{{"{}":{}}}}})", request, content, item));
  }
  std::vector<std::string> bodies = batches.finish();
  return in_parallel(bodies.size(), [&](std::size_t k) {
    return send_all("BatchWriteItem", table, "UnprocessedItems", std::move(bodies[k]),
                    [](nlohmann::json&) {});
  });
}

Status Client::put(const std::string& table, std::span<const Item> items) const {
  return put_texts(table, texts_of(items));
}

Status Client::put_texts(const std::string& table, std::span<const std::string> items) const {
  return write(table, "PutRequest", "Item", items);
}

Status Client::remove(const std::string& table, std::span<const Item> keys) const {
  return write(table, "DeleteRequest", "Key", texts_of(keys));
}

}  // namespace marquee::dynamodb
