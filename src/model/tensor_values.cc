#include "model/tensor_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace marquee {

Array<std::int64_t> TensorReader::ids(const std::string& name) {
  auto ids = array<std::int64_t>(name, {-1});
  for (std::size_t k = 0; status_ && k < ids.size(); ++k)
    if (ids[k] <= (k == 0 ? 0 : ids[k - 1]))
      refuse(name, fmt::format("id {} at {} is not greater than the one before it", ids[k], k));
  return ids;
}

Array<std::int64_t> TensorReader::offsets(const std::string& name, std::size_t count) {
  auto values = array<std::int64_t>(name, {static_cast<std::int64_t>(count) + 1});
  if (!status_) return values;
  if (values[0] != 0) refuse(name, "it does not start at 0");
  for (std::size_t k = 1; status_ && k < values.size(); ++k)
    if (values[k] < values[k - 1]) refuse(name, fmt::format("it falls at {}", k));
  return values;
}

Array<std::int32_t> TensorReader::indices(const std::string& name, std::vector<std::int64_t> shape,
                                          std::int32_t least, std::size_t limit) {
  auto values = array<std::int32_t>(name, std::move(shape));
  std::int64_t low = least, high = least;
  for (const std::int32_t value : values) {
    low = std::min<std::int64_t>(low, value);
    high = std::max<std::int64_t>(high, value);
  }
  if (status_ && !values.empty() && (low < least || high >= static_cast<std::int64_t>(limit)))
    refuse(name, fmt::format("an index lies outside [{}, {})", least, limit));
  return values;
}

Array<float> TensorReader::finite(const std::string& name, std::vector<std::int64_t> shape) {
  auto values = array<float>(name, std::move(shape));
  float sum = 0;  // 0 × anything but a finite number is NaN, and stays it
  for (const float value : values) sum += 0.0f * value;
  if (status_ && std::isnan(sum)) refuse(name, "a value is not finite");
  return values;
}

TextPool TensorReader::texts(const std::string& name, std::int64_t count) {
  TextPool pool;
  if (count < 0 && status_) {
    const auto found = file_->find(name + ".offsets");
    if (found && (*found)->shape.size() == 1) count = (*found)->shape[0] - 1;
    if (count < 0) count = 0;
  }
  pool.offsets = offsets(name + ".offsets", static_cast<std::size_t>(count));
  pool.bytes = array<std::uint8_t>(name + ".bytes",
                                   {status_ ? pool.offsets[static_cast<std::size_t>(count)] : 0});
  return pool;
}

void TensorReader::check_ascending(const std::string& name, std::size_t row,
                                   std::span<const std::int32_t> columns) {
  if (std::ranges::adjacent_find(columns, std::greater_equal<>()) != columns.end())
    refuse(name + ".columns", fmt::format("row {} does not ascend", row));
}

void TensorReader::refuse(const std::string& name, const std::string& why) {
  if (status_)
    status_ = fail(ErrorCode::kCorrupt, fmt::format("tensor '{}' is wrong: {}", name, why),
                   file_->name(), remedy_);
}

}  // namespace marquee
