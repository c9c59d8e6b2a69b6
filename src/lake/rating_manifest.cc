#include "lake/rating_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "lake/offset_json.h"

namespace marquee {
namespace {

using nlohmann::json;

constexpr std::string_view kArchiveSuffix = "-manifest.json";

auto place(const TopicOffset& offset) {
  return std::tie(offset.topic, offset.partition);
}

json files_json(const std::vector<PartFile>& files) {
  json list = json::array();
  for (const PartFile& file : files)
    list.push_back({{"key", file.key}, {"rows", file.rows}, {"bytes", file.bytes}});
  return list;
}

std::vector<PartFile> files_from(const json& list) {
  std::vector<PartFile> files;
  for (const json& file : list)
    files.push_back({file.at("key").get<std::string>(), file.at("rows").get<std::int64_t>(),
                     file.at("bytes").get<std::int64_t>()});
  return files;
}

std::int64_t rows_of(const std::vector<PartFile>& files) {
  std::int64_t rows = 0;
  for (const PartFile& file : files) rows += file.rows;
  return rows;
}

bool is_sound(const RatingManifest& manifest) {
  return manifest.version > 0 && manifest.offsets == normalised(manifest.offsets) &&
         manifest.topics == topics_of(manifest.offsets) && manifest.rows == rows_of(manifest.files);
}

std::optional<std::int64_t> archived_version(std::string_view key) {
  if (!key.starts_with(kRatingFolder) || !key.ends_with(kArchiveSuffix)) return std::nullopt;
  key.remove_prefix(kRatingFolder.size());
  key.remove_suffix(kArchiveSuffix.size());
  std::int64_t version = 0;
  if (!key.starts_with('v')) return std::nullopt;
  const auto [end, error] = std::from_chars(key.data() + 1, key.data() + key.size(), version);
  if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
  return version;
}

}  // namespace

OffsetVector normalised(OffsetVector offsets) {
  std::ranges::sort(offsets, [](const TopicOffset& a, const TopicOffset& b) {
    return std::tuple(place(a), -a.next_offset) < std::tuple(place(b), -b.next_offset);
  });
  const auto repeats = std::ranges::unique(offsets, {}, place);
  offsets.erase(repeats.begin(), repeats.end());
  std::erase_if(offsets, [](const TopicOffset& offset) { return offset.next_offset <= 0; });
  return offsets;
}

std::int64_t offset_of(const OffsetVector& offsets, std::string_view topic,
                       std::int32_t partition) {
  const auto found = std::ranges::find_if(offsets, [&](const TopicOffset& offset) {
    return offset.topic == topic && offset.partition == partition;
  });
  return found == offsets.end() ? 0 : found->next_offset;
}

bool covers(const OffsetVector& whole, const OffsetVector& part) {
  return std::ranges::all_of(part, [&](const TopicOffset& offset) {
    return offset_of(whole, offset.topic, offset.partition) >= offset.next_offset;
  });
}

OffsetVector united(const OffsetVector& a, const OffsetVector& b) {
  OffsetVector both = a;
  both.insert(both.end(), b.begin(), b.end());
  return normalised(std::move(both));
}

bool is_import(std::string_view topic) {
  return topic.starts_with("import:");
}

SourceKind source_kind_of(std::string_view topic) {
  return is_import(topic) ? SourceKind::kImport : SourceKind::kStream;
}

std::vector<std::string> topics_of(const OffsetVector& offsets) {
  std::set<std::pair<SourceKind, std::string>> topics;
  for (const TopicOffset& offset : offsets)
    topics.emplace(source_kind_of(offset.topic), offset.topic);
  std::vector<std::string> names;
  for (const auto& [kind, name] : topics) names.push_back(name);
  return names;
}

std::string archived_manifest_key(std::int64_t version) {
  return fmt::format("{}v{}{}", kRatingFolder, version, kArchiveSuffix);
}

std::string to_json(const RatingManifest& manifest) {
  const json object = {{"schema", kRatingSchema},
                       {"version", manifest.version},
                       {"topics", manifest.topics},
                       {"offsets", lake::to_json(manifest.offsets)},
                       {"rows", manifest.rows},
                       {"events", manifest.events},
                       {"forgotten", manifest.forgotten},
                       {"files", files_json(manifest.files)},
                       {"totals", files_json(manifest.totals)}};
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<RatingManifest> rating_manifest_from_json(std::string_view text, std::string_view where) {
  try {
    const json object = json::parse(text);
    if (const int schema = object.at("schema").get<int>(); schema != kRatingSchema)
      return fail(ErrorCode::kUsage,
                  fmt::format("the compacted ratings have schema {}, this program knows {}", schema,
                              kRatingSchema),
                  std::string(where), "use the marquee that wrote them");
    RatingManifest manifest{.version = object.at("version").get<std::int64_t>(),
                            .topics = object.at("topics").get<std::vector<std::string>>(),
                            .offsets = lake::offsets_from_json(object.at("offsets")),
                            .files = files_from(object.at("files")),
                            .totals = files_from(object.at("totals")),
                            .rows = object.at("rows").get<std::int64_t>(),
                            .events = object.at("events").get<std::int64_t>(),
                            // Manifests of before anybody could be forgotten lack it.
                            .forgotten = object.value("forgotten", std::int64_t{0})};
    if (is_sound(manifest)) return manifest;
  } catch (const json::exception&) {
    // Told below: what is wrong with a file that only this program writes is of no use to a person.
  }
  return fail(ErrorCode::kCorrupt, "the manifest is not what this program writes",
              std::string(where),
              "restore it from a copy; or remove silver/ratings/ and compact Bronze anew");
}

Result<StoredManifest> present_manifest(ObjectStore& store) {
  auto object = store.get_versioned(kRatingManifestKey);
  if (!object && object.error().code == ErrorCode::kNotFound) return StoredManifest{};
  if (!object) return std::unexpected(std::move(object.error()));
  MARQUEE_ASSIGN(auto manifest,
                 rating_manifest_from_json(object->bytes,
                                           fmt::format("{}/{}", store.name(), kRatingManifestKey)));
  return StoredManifest{std::move(manifest), std::move(object->bytes), std::move(object->version)};
}

Result<std::vector<RatingManifest>> all_manifests(ObjectStore& store) {
  MARQUEE_ASSIGN(StoredManifest present, present_manifest(store));
  std::vector<RatingManifest> manifests;
  if (present.manifest.version > 0) manifests.push_back(std::move(present.manifest));
  MARQUEE_ASSIGN(const auto objects, store.list(fmt::format("{}v", kRatingFolder)));
  for (const ObjectInfo& object : objects) {
    if (!archived_version(object.key)) continue;
    const auto bytes = store.get(object.key);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) continue;  // swept meanwhile
    if (!bytes) return std::unexpected(bytes.error());
    MARQUEE_ASSIGN(auto manifest,
                   rating_manifest_from_json(*bytes, store.name() + "/" + object.key));
    manifests.push_back(std::move(manifest));
  }
  std::ranges::sort(manifests, std::ranges::greater(), &RatingManifest::version);
  const auto repeats = std::ranges::unique(manifests, {}, &RatingManifest::version);
  manifests.erase(repeats.begin(), repeats.end());
  return manifests;
}

}  // namespace marquee
