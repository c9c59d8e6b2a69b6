// Tables that are too long for one file: written as numbered parts of bounded size, read back as
// one run of rows.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/parquet_reader.h"
#include "lake/parquet_table.h"
#include "lake/rating_manifest.h"
#include "objects/object_store.h"

namespace marquee::lake {

// A part's name ends in a hash of its bytes: whoever writes a name writes the same bytes under it.
class PartWriter {
 public:
  // Keys are `prefix`, number, hash: "silver/ratings/v8-ratings-" +
  // "00000-0123456789abcdef.parquet". `rows_per_file` is rounded up to whole row groups. `store`
  // must outlive it.
  PartWriter(ObjectStore& store, std::string prefix, TableLayout layout,
             std::int64_t rows_per_file);

  // One row group; full but for the table's last.
  Status append(std::span<const Column> columns, std::int64_t rows);
  // Ends the last part; at least one, so that the columns are known even without rows. Durable.
  Result<std::vector<PartFile>> finish();

 private:
  Status end_part();

  ObjectStore& store_;
  std::string prefix_;
  TableLayout layout_;
  std::int64_t rows_per_file_;
  TableWriter writer_;
  std::int64_t rows_ = 0;  // in the part that is being written
  bool begun_ = false;
  std::vector<PartFile> files_;
};

// Opens a part; kCorrupt when it has not the rows that the manifest promises.
Result<TableReader> open_part(ObjectStore& store, const PartFile& file);

// Collects rows into row groups. `Row` has columns_of(std::span<const Row>).
template <typename Row>
class RowWriter {
 public:
  explicit RowWriter(PartWriter parts) : parts_(std::move(parts)) {}

  Status append(const Row& row) {
    rows_.push_back(row);
    ++count_;
    return std::ssize(rows_) < kRowsPerGroup ? Status{} : flush();
  }
  Result<std::vector<PartFile>> finish() {
    if (!rows_.empty() || count_ == 0) MARQUEE_TRY(flush());
    return parts_.finish();
  }
  std::int64_t count() const { return count_; }

 private:
  Status flush() {
    MARQUEE_TRY(parts_.append(columns_of(std::span<const Row>(rows_)), std::ssize(rows_)));
    rows_.clear();
    return {};
  }

  PartWriter parts_;
  std::vector<Row> rows_;
  std::int64_t count_ = 0;
};

// The rows of a table's parts in their order; one part and one row group are in memory. `Row` has
// read_rows(TableReader&, int group, std::vector<Row>&).
template <typename Row>
class RowReader {
 public:
  // `adapt` may change a row as it is read, but not its place in the order. `store` and `files`
  // must outlive it.
  RowReader(ObjectStore& store, const std::vector<PartFile>& files,
            std::function<void(Row&)> adapt = {})
      : store_(store), files_(files), adapt_(std::move(adapt)) {}

  // The row that is next; nullptr at the end. Valid until the next call.
  Result<const Row*> peek() {
    while (next_ == rows_.size()) {
      MARQUEE_ASSIGN(const bool more, refill());
      if (!more) return nullptr;
    }
    return &rows_[next_];
  }
  void pop() { ++next_; }

 private:
  Result<bool> refill() {
    rows_.clear();
    next_ = 0;
    while (!part_ || group_ == part_->group_count()) {
      if (file_ == files_.size()) return false;
      MARQUEE_ASSIGN(part_, open_part(store_, files_[file_++]));
      group_ = 0;
    }
    MARQUEE_TRY(read_rows(*part_, group_++, rows_));
    if (adapt_) std::ranges::for_each(rows_, adapt_);
    return true;
  }

  ObjectStore& store_;
  const std::vector<PartFile>& files_;
  std::function<void(Row&)> adapt_;
  std::optional<TableReader> part_;
  std::size_t file_ = 0;
  int group_ = 0;
  std::vector<Row> rows_;
  std::size_t next_ = 0;
};

// Gives `take` the rows of both sides by key_of(row), ascending; two rows of one key as
// combined(old, fresh). Each side has a key once.
template <typename Row>
Status merge_rows(RowReader<Row>& old, std::span<const Row> fresh,
                  const std::function<Status(const Row&)>& take) {
  for (auto next = fresh.begin();;) {
    MARQUEE_ASSIGN(const Row* const present, old.peek());
    const bool more = next != fresh.end();
    if (present == nullptr && !more) return {};
    if (present == nullptr || (more && key_of(*next) < key_of(*present))) {
      MARQUEE_TRY(take(*next++));
    } else if (!more || key_of(*present) < key_of(*next)) {
      MARQUEE_TRY(take(*present));
      old.pop();
    } else {
      MARQUEE_TRY(take(combined(*present, *next++)));
      old.pop();
    }
  }
}

}  // namespace marquee::lake
