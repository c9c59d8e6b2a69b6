#include "stream/member_assignment.h"

#include <concepts>

namespace marquee {
namespace {

// Big-endian; remembers whether there ever was too little.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes) {}

  template <std::signed_integral Integer>
  Integer take() {
    std::uint64_t value = 0;
    for (const char byte : take(sizeof(Integer)))
      value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }
  std::string_view take(std::int64_t length) {
    if (length < 0 || length > static_cast<std::int64_t>(left_.size())) {
      is_short_ = true;
      left_ = {};
      return {};
    }
    const auto taken = left_.substr(0, static_cast<std::size_t>(length));
    left_.remove_prefix(taken.size());
    return taken;
  }
  bool is_short() const { return is_short_; }

 private:
  std::string_view left_;
  bool is_short_ = false;
};

}  // namespace

std::optional<std::vector<StreamPartition>> parse_member_assignment(std::string_view text) {
  std::vector<StreamPartition> partitions;
  if (text.empty()) return partitions;
  Bytes bytes(text);
  const auto version = bytes.take<std::int16_t>();
  const auto topics = bytes.take<std::int32_t>();
  if (version < 0 || topics < 0) return std::nullopt;
  for (std::int32_t t = 0; t < topics && !bytes.is_short(); ++t) {
    const std::string topic(bytes.take(bytes.take<std::int16_t>()));
    const auto count = bytes.take<std::int32_t>();
    if (count < 0) return std::nullopt;
    for (std::int32_t p = 0; p < count && !bytes.is_short(); ++p)
      partitions.push_back({topic, bytes.take<std::int32_t>()});
  }
  if (bytes.is_short()) return std::nullopt;
  return partitions;
}

}  // namespace marquee
