#include "lake/bronze_line.h"

#include <fmt/format.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/timestamp.h"
#include "lake/json_object_text.h"
#include "lake/time_json.h"

namespace marquee::lake {
namespace {

constexpr std::string_view kSourceField = "_source";
constexpr std::string_view kForgottenField = "forgotten";
constexpr std::string_view kImportTopic = "import:";

// A key may be written with escapes, so a backslash is reason enough to look closely.
bool may_have_source(std::string_view json) {
  return json.find(kSourceField) != std::string_view::npos ||
         json.find("\\u") != std::string_view::npos;
}

// A topic's name is ASCII, by the rules of brokers.
std::string topic_json(const std::string& topic) {
  return nlohmann::json(topic).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

using Outcome = std::expected<void, std::string>;

Outcome bad(std::string reason) {
  return std::unexpected(std::move(reason));
}

enum class Field {
  kOther,
  kUser,
  kMovie,
  kRating,
  kTimestamp,
  kSource,
  kForgotten,
  kTopic,
  kPartition,
  kOffset,
  kRecordTime,
};

Field event_field(std::string_view key) {
  if (key == "user_id") return Field::kUser;
  if (key == "movie_id") return Field::kMovie;
  if (key == "rating") return Field::kRating;
  if (key == "timestamp") return Field::kTimestamp;
  if (key == kForgottenField) return Field::kForgotten;
  return key == kSourceField ? Field::kSource : Field::kOther;
}

Field source_field(std::string_view key) {
  if (key == "topic") return Field::kTopic;
  if (key == "partition") return Field::kPartition;
  if (key == "offset") return Field::kOffset;
  return key == "record_time" ? Field::kRecordTime : Field::kOther;
}

double to_double(std::string_view written) {
  double value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  // Out of reach: only strtod() says at which end.
  return error == std::errc() ? value : std::strtod(std::string(written).c_str(), nullptr);
}

// Takes the fields of a line from the parser, which calls it for every token; false ends the
// parsing: a field has the wrong type.
class Fields : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Fields> {
 public:
  explicit Fields(std::string_view expected_topic) : expected_topic_(expected_topic) {}

  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view key(text, length);
    if (depth_ == 1) field_ = event_field(key);
    if (depth_ == 2 && in_source_) field_ = source_field(key);
    return true;
  }
  bool Null() {
    const bool may_be_null = field_ == Field::kTimestamp || field_ == Field::kRecordTime;
    return is_expected(Field::kForgotten) || may_be_null;
  }
  bool Bool(bool value) {
    if (field_ == Field::kForgotten) forgotten = value;
    return is_expected(Field::kForgotten);
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool);
  bool String(const char* text, rapidjson::SizeType length, bool);
  bool StartObject() {
    if (++depth_ == 2) in_source_ = field_ == Field::kSource;
    return is_expected(Field::kSource, Field::kForgotten);
  }
  bool EndObject(rapidjson::SizeType) {
    --depth_;
    return true;
  }
  bool StartArray() {
    ++depth_;
    return depth_ > 1 && is_expected(Field::kForgotten);
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }

  std::int64_t user = 0;
  std::int64_t movie = 0;
  double rating = std::numeric_limits<double>::quiet_NaN();
  TimeMicros time = kUnknownTime;
  TimeMicros record_time = kUnknownTime;
  bool forgotten = false;
  bool topic_matches = false;
  std::int64_t partition = -1;
  std::int64_t offset = -1;

 private:
  // Whether the present field, which is now over, may have such a value. One of an event's own that
  // is called as ours may be anything.
  bool is_expected(Field field, Field or_field = Field::kOther) {
    const Field present = std::exchange(field_, Field::kOther);
    return present == field || present == or_field || present == Field::kOther;
  }

  bool take_whole(std::int64_t number);

  const std::string_view expected_topic_;
  Field field_ = Field::kOther;
  int depth_ = 0;  // of objects and arrays
  bool in_source_ = false;
};

// As written, since RapidJSON's own reading of a zero with an exponent (0e-222) is not defined.
bool Fields::RawNumber(const char* text, rapidjson::SizeType length, bool) {
  if (field_ == Field::kOther || field_ == Field::kForgotten) return is_expected(Field::kForgotten);
  const std::string_view written(text, length);
  if (field_ == Field::kRating) {
    rating = to_double(written);
    return is_expected(Field::kRating);
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text, text + length, number);
  return error == std::errc() && end == text + length && take_whole(number);
}

bool Fields::take_whole(std::int64_t number) {
  switch (std::exchange(field_, Field::kOther)) {
    case Field::kUser:
      user = number;
      return true;
    case Field::kMovie:
      movie = number;
      return true;
    case Field::kTimestamp:
      time = number;
      return true;
    case Field::kRecordTime:
      record_time = number;
      return true;
    case Field::kPartition:
      partition = number;
      return true;
    case Field::kOffset:
      offset = number;
      return true;
    default:
      return false;
  }
}

bool Fields::String(const char* text, rapidjson::SizeType length, bool) {
  const std::string_view value(text, length);
  const Field field = std::exchange(field_, Field::kOther);
  if (field == Field::kTopic) topic_matches = value == expected_topic_;
  if (field != Field::kTimestamp && field != Field::kRecordTime)
    return field == Field::kTopic || field == Field::kForgotten || field == Field::kOther;
  const auto parsed = parse_timestamp(value);
  (field == Field::kTimestamp ? time : record_time) = parsed.value_or(kUnknownTime);
  return parsed.has_value();
}

// An event may have a field of that name, but never lacks both ids.
bool stands_for_forgotten(const Fields& fields) {
  return fields.forgotten && fields.user == 0 && fields.movie == 0;
}

Outcome judge_rating(const Fields& fields) {
  if (fields.user <= 0 || fields.movie <= 0) return bad("user_id or movie_id is missing or wrong");
  if (!(fields.rating > -1e30 && fields.rating < 1e30))
    return bad("the rating is missing or out of reach");
  return {};
}

Outcome judge(const Fields& fields, const BronzeName& name) {
  if (!stands_for_forgotten(fields))
    if (auto judged = judge_rating(fields); !judged) return judged;
  if (!fields.topic_matches || fields.partition != name.partition.partition)
    return bad("its _source is another partition than the object's name says");
  if (fields.offset < name.first || fields.offset > name.last)
    return bad(fmt::format("its offset {} lies outside of the object's name", fields.offset));
  return {};
}

}  // namespace

EventLineWriter::EventLineWriter(const StreamPartition& partition)
    : source_(fmt::format(R"(,"{}":{{"topic":{},"partition":{},"offset":)", kSourceField,
                          topic_json(partition.topic), partition.partition)) {}

void EventLineWriter::append(std::string_view json, const RatingEvent& event, std::int64_t offset,
                             TimeMicros record_time, std::string& out) const {
  const std::size_t start = out.size();
  append_minified(looks_like_object(json) ? json : to_json(event), out);
  if (may_have_source(json))
    out.replace(start, std::string::npos,
                without_member(std::string_view(out).substr(start), kSourceField));
  out.pop_back();  // the closing brace
  out += source_;
  fmt::format_to(std::back_inserter(out), "{}", offset);
  if (!event.timestamp && record_time != kUnknownTime) {
    out += R"(,"record_time":)";
    out += time_json(record_time);
  }
  out += "}}\n";
}

void append_forgotten_line(const StreamPartition& partition, std::int64_t offset,
                           std::string& out) {
  out += fmt::format(R"({{"{}":true,"{}":{{"topic":{},"partition":{},"offset":{}}}}})",
                     kForgottenField, kSourceField, topic_json(partition.topic),
                     partition.partition, offset);
  out += '\n';
}

struct EventLineParser::State {
  rapidjson::Reader reader;
};

EventLineParser::EventLineParser() : state_(std::make_unique<State>()) {}
EventLineParser::~EventLineParser() = default;

Outcome EventLineParser::parse(std::string_view line, const BronzeName& name, BronzeEvent& event) {
  // Iterative: nesting as deep as a line is long must not exhaust the stack.
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  Fields fields(name.partition.topic);
  rapidjson::MemoryStream stream(line.data(), line.size());
  if (!state_->reader.Parse<kFlags>(stream, fields) || stream.Tell() != line.size())
    return bad("it is not a JSON object, or a field has the wrong type");
  if (auto judged = judge(fields, name); !judged) return judged;
  event.is_forgotten = stands_for_forgotten(fields);
  event.rating = {fields.user, fields.movie, static_cast<float>(fields.rating),
                  fields.time == kUnknownTime ? fields.record_time : fields.time};
  event.source.kind =
      name.partition.topic.starts_with(kImportTopic) ? SourceKind::kImport : SourceKind::kStream;
  event.source.topic = name.partition.topic;
  event.source.partition = name.partition.partition;
  event.source.offset = fields.offset;
  return {};
}

}  // namespace marquee::lake
