#include "lake/catalogue_parquet.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <exception>

namespace marquee::lake {
namespace {

constexpr std::int64_t kRowsPerGroup = 131'072;

std::shared_ptr<arrow::Schema> schema() {
  const auto texts = arrow::list(arrow::field("element", arrow::utf8(), /*nullable=*/false));
  return arrow::schema({arrow::field("movie_id", arrow::int64(), /*nullable=*/false),
                        arrow::field("title", arrow::utf8(), /*nullable=*/false),
                        arrow::field("genres", texts, /*nullable=*/false),
                        arrow::field("year", arrow::int32()),
                        arrow::field("tags", texts, /*nullable=*/false)});
}

// A column of lists of texts.
class TextLists {
 public:
  explicit TextLists(const std::shared_ptr<arrow::DataType>& type)
      : values_(std::make_shared<arrow::StringBuilder>()),
        lists_(arrow::default_memory_pool(), values_, type) {}

  arrow::Status append(const std::vector<std::string>& texts) {
    ARROW_RETURN_NOT_OK(lists_.Append());
    return values_->AppendValues(texts);
  }
  arrow::Result<std::shared_ptr<arrow::Array>> finish() { return lists_.Finish(); }

 private:
  std::shared_ptr<arrow::StringBuilder> values_;
  arrow::ListBuilder lists_;
};

arrow::Result<std::shared_ptr<arrow::Table>> table_of(std::span<const Movie> movies) {
  const auto layout = schema();
  arrow::Int64Builder ids;
  arrow::StringBuilder titles;
  arrow::Int32Builder years;
  TextLists genres(layout->field(2)->type()), tags(layout->field(4)->type());
  for (const Movie& movie : movies) {
    ARROW_RETURN_NOT_OK(ids.Append(movie.id));
    ARROW_RETURN_NOT_OK(titles.Append(movie.title));
    ARROW_RETURN_NOT_OK(genres.append(movie.genres));
    ARROW_RETURN_NOT_OK(movie.year == 0 ? years.AppendNull() : years.Append(movie.year));
    ARROW_RETURN_NOT_OK(tags.append(movie.tags));
  }
  arrow::ArrayVector columns(5);
  ARROW_ASSIGN_OR_RAISE(columns[0], ids.Finish());
  ARROW_ASSIGN_OR_RAISE(columns[1], titles.Finish());
  ARROW_ASSIGN_OR_RAISE(columns[2], genres.finish());
  ARROW_ASSIGN_OR_RAISE(columns[3], years.Finish());
  ARROW_ASSIGN_OR_RAISE(columns[4], tags.finish());
  return arrow::Table::Make(layout, std::move(columns));
}

arrow::Result<std::string> serialise(std::span<const Movie> movies) {
  ARROW_ASSIGN_OR_RAISE(const auto table, table_of(movies));
  ARROW_ASSIGN_OR_RAISE(const auto sink, arrow::io::BufferOutputStream::Create());
  const auto properties =
      parquet::WriterProperties::Builder()
          .compression(parquet::Compression::SNAPPY)
          ->set_sorting_columns({parquet::SortingColumn{0, /*descending=*/false, false}})
          ->build();
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink,
                                                 kRowsPerGroup, properties));
  ARROW_ASSIGN_OR_RAISE(const auto buffer, sink->Finish());
  return buffer->ToString();
}

std::vector<std::string> texts_at(const arrow::ListArray& lists, std::int64_t row) {
  const auto& values = static_cast<const arrow::StringArray&>(*lists.values());
  std::vector<std::string> texts;
  for (std::int64_t k = lists.value_offset(row); k < lists.value_offset(row + 1); ++k)
    texts.push_back(values.GetString(k));
  return texts;
}

arrow::Result<std::vector<Movie>> deserialise(const std::string& bytes) {
  const auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        parquet::arrow::OpenFile(source, arrow::default_memory_pool()));
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ReadTable());
  const auto wanted = schema();
  if (table->num_columns() != wanted->num_fields())
    return arrow::Status::Invalid("it has other columns");
  for (int k = 0; k < wanted->num_fields(); ++k)
    if (table->field(k)->name() != wanted->field(k)->name() ||
        table->field(k)->type()->id() != wanted->field(k)->type()->id())
      return arrow::Status::Invalid("column ", k, " is not ", wanted->field(k)->name());
  std::vector<Movie> movies;
  arrow::TableBatchReader batches(*table);
  std::shared_ptr<arrow::RecordBatch> batch;
  for (;;) {
    ARROW_RETURN_NOT_OK(batches.ReadNext(&batch));
    if (batch == nullptr) return movies;
    const auto& ids = static_cast<const arrow::Int64Array&>(*batch->column(0));
    const auto& titles = static_cast<const arrow::StringArray&>(*batch->column(1));
    const auto& genres = static_cast<const arrow::ListArray&>(*batch->column(2));
    const auto& years = static_cast<const arrow::Int32Array&>(*batch->column(3));
    const auto& tags = static_cast<const arrow::ListArray&>(*batch->column(4));
    for (std::int64_t row = 0; row < batch->num_rows(); ++row)
      movies.push_back({ids.Value(row), titles.GetString(row), texts_at(genres, row),
                        years.IsNull(row) ? 0 : years.Value(row), texts_at(tags, row)});
  }
}

}  // namespace

Result<std::string> catalogue_bytes(std::span<const Movie> movies) try {
  auto bytes = serialise(movies);
  if (bytes.ok()) return std::move(bytes).ValueUnsafe();
  return fail(ErrorCode::kInternal, "cannot make a Parquet file: " + bytes.status().ToString());
} catch (const std::exception& error) {
  return fail(ErrorCode::kInternal, std::string("cannot make a Parquet file: ") + error.what());
}

Result<std::vector<Movie>> catalogue_movies(const std::string& bytes, std::string_view where) {
  const auto corrupt = [&](const std::string& reason) {
    return fail(ErrorCode::kCorrupt, "not a catalogue of movies: " + reason, std::string(where),
                "remove it and import the movies again");
  };
  try {
    auto movies = deserialise(bytes);
    if (!movies.ok()) return corrupt(movies.status().message());
    return std::move(movies).ValueUnsafe();
  } catch (const std::exception& error) {  // Parquet throws on damaged bytes
    return corrupt(error.what());
  }
}

}  // namespace marquee::lake
