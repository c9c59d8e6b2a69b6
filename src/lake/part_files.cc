#include "lake/part_files.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace marquee::lake {

PartWriter::PartWriter(ObjectStore& store, std::string prefix, TableLayout layout,
                       std::int64_t rows_per_file)
    : store_(store),
      prefix_(std::move(prefix)),
      layout_(std::move(layout)),
      rows_per_file_(std::max(rows_per_file, kRowsPerGroup)),
      writer_(layout_) {}

Status PartWriter::append(std::span<const Column> columns, std::int64_t rows) {
  if (rows_ >= rows_per_file_) MARQUEE_TRY(end_part());
  MARQUEE_TRY(writer_.append(columns));
  rows_ += rows;
  begun_ = true;
  return {};
}

Status PartWriter::end_part() {
  MARQUEE_ASSIGN(const std::string bytes, writer_.finish());
  PartFile file{.key = fmt::format("{}{:05}-{:016x}.parquet", prefix_, files_.size(),
                                   XXH3_64bits(bytes.data(), bytes.size())),
                .rows = rows_,
                .bytes = std::ssize(bytes)};
  MARQUEE_TRY(store_.put(file.key, bytes));
  files_.push_back(std::move(file));
  writer_ = TableWriter(layout_);
  rows_ = 0;
  begun_ = false;
  return {};
}

Result<std::vector<PartFile>> PartWriter::finish() {
  if (begun_) MARQUEE_TRY(end_part());
  return std::move(files_);
}

Result<TableReader> open_part(ObjectStore& store, const PartFile& file) {
  MARQUEE_ASSIGN(std::string bytes, store.get(file.key));
  const std::string where = store.name() + "/" + file.key;
  const bool whole = std::ssize(bytes) == file.bytes;
  MARQUEE_ASSIGN(auto reader,
                 TableReader::open(std::make_shared<const std::string>(std::move(bytes)), where));
  if (whole && reader.row_count() == file.rows) return reader;
  return fail(ErrorCode::kCorrupt, "the file is not the one that the manifest names", where,
              "restore it from a copy; or remove silver/ratings/ and compact Bronze anew");
}

}  // namespace marquee::lake
