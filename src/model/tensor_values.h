// The arrays of model_data.h as tensors of a file: collected for writing, and checked when read.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/model_data.h"
#include "model/tensor_file.h"

namespace marquee {

// Collects tensors in the order in which they are added. What is added must live until the file is
// written.
class TensorList {
 public:
  template <typename T>
  void add(std::string name, const Array<T>& values, std::vector<std::int64_t> shape) {
    tensors_.push_back(
        {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values.span())});
  }
  template <typename T>
  void add(std::string name, const Array<T>& values) {
    add(std::move(name), values, {static_cast<std::int64_t>(values.size())});
  }
  // name.offsets, name.columns, name.values
  template <typename T>
  void add(const std::string& name, const SparseRowsOf<T>& rows) {
    add(name + ".offsets", rows.offsets);
    add(name + ".columns", rows.columns);
    add(name + ".values", rows.values);
  }
  // name.offsets, name.bytes
  void add(const std::string& name, const TextPool& texts) {
    add(name + ".offsets", texts.offsets);
    add(name + ".bytes", texts.bytes);
  }
  std::span<const TensorToWrite> span() const { return tensors_; }

 private:
  std::vector<TensorToWrite> tensors_;
};

// Reads tensors one after the other; the first failure is kept, and everything after it is passed
// over. What it gives is used only when status() is good.
class TensorReader {
 public:
  // `remedy`: what to do about a file that is refused.
  TensorReader(std::shared_ptr<const TensorFile> file, std::string remedy)
      : file_(std::move(file)), remedy_(std::move(remedy)) {}

  template <typename T>
  Array<T> array(const std::string& name, std::vector<std::int64_t> shape) {
    if (!status_) return {};
    auto values = file_->values<T>(name, shape);
    if (values) return Array<T>(*values, file_);
    status_ = std::unexpected(std::move(values.error()));
    return {};
  }

  // Ascending ids without repeats, all positive.
  Array<std::int64_t> ids(const std::string& name);
  // Starts at 0, never falls, `count` + 1 long.
  Array<std::int64_t> offsets(const std::string& name, std::size_t count);
  // Indices in [least, limit).
  Array<std::int32_t> indices(const std::string& name, std::vector<std::int64_t> shape,
                              std::int32_t least, std::size_t limit);
  Array<float> finite(const std::string& name, std::vector<std::int64_t> shape);
  // `count` texts; -1: as many as there are.
  TextPool texts(const std::string& name, std::int64_t count);

  // Floats must be finite.
  template <typename T>
  SparseRowsOf<T> sparse(const std::string& name, std::size_t rows, std::size_t columns) {
    SparseRowsOf<T> result;
    result.offsets = offsets(name + ".offsets", rows);
    const std::int64_t count = status_ ? result.offsets[rows] : 0;
    result.columns = indices(name + ".columns", {count}, 0, columns);
    if constexpr (std::same_as<T, float>)
      result.values = finite(name + ".values", {count});
    else
      result.values = array<T>(name + ".values", {count});
    return result;
  }

  // The same with columns that ascend within each row, as look-ups by binary search need them.
  template <typename T>
  SparseRowsOf<T> sorted_sparse(const std::string& name, std::size_t rows, std::size_t columns) {
    SparseRowsOf<T> result = sparse<T>(name, rows, columns);
    for (std::size_t r = 0; status_ && r < rows; ++r)
      check_ascending(name, r, result.row(r).columns);
    return result;
  }

  void refuse(const std::string& name, const std::string& why);
  Status status() const { return status_; }

 private:
  void check_ascending(const std::string& name, std::size_t row,
                       std::span<const std::int32_t> columns);

  std::shared_ptr<const TensorFile> file_;
  std::string remedy_;
  Status status_;
};

}  // namespace marquee
