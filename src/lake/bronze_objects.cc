#include "lake/bronze_objects.h"

#include <fmt/format.h>

#include "lake/zstd_bytes.h"

namespace marquee::lake {
namespace {

std::unexpected<Error> corrupt(std::string what, const ObjectStore& store, std::string_view key,
                               std::int64_t line) {
  return fail(ErrorCode::kCorrupt, std::move(what),
              line > 0 ? fmt::format("{}/{}, line {}", store.name(), key, line)
                       : fmt::format("{}/{}", store.name(), key),
              "restore the object from a copy, or remove it and write its events again from the "
              "stream");
}

}  // namespace

Result<std::vector<BronzeObject>> list_bronze(ObjectStore& store, BronzeKind kind) {
  MARQUEE_ASSIGN(auto found, store.list(prefix_of(kind)));
  std::vector<BronzeObject> objects;
  objects.reserve(found.size());
  for (ObjectInfo& info : found) {
    auto name = parse_key(info.key);
    if (!name && claims_kind(info.key, kind))
      return corrupt("the name of a Bronze object cannot be read", store, info.key, 0);
    if (name) objects.push_back({std::move(info.key), std::move(*name), info.size});
  }
  return objects;
}

Result<std::string> unpacked(std::string bytes, Compression compression, std::string_view where) {
  if (compression == Compression::kNone) return bytes;
  return zstd_decompressed(bytes, where);
}

Result<std::string> packed(std::string lines, Compression compression) {
  if (compression == Compression::kNone) return lines;
  return zstd_compressed(lines);
}

Status read_lines(ObjectStore& store, const BronzeObject& object, const VisitLine& visit) {
  MARQUEE_ASSIGN(std::string bytes, store.get(object.key));
  MARQUEE_ASSIGN(const std::string lines, unpacked(std::move(bytes), object.name.compression,
                                                   store.name() + "/" + object.key));
  return visit_lines(store, object, lines, visit);
}

Status visit_lines(const ObjectStore& store, const BronzeObject& object, std::string_view bytes,
                   const VisitLine& visit) {
  const BronzeName& name = object.name;
  std::int64_t line_number = 0;
  std::int64_t previous = name.first - 1;
  for (std::size_t begin = 0; begin < bytes.size();) {
    ++line_number;
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos)
      return corrupt("the last line is cut off", store, object.key, line_number);
    const auto offset = visit(bytes.substr(begin, end - begin));
    if (!offset) return corrupt(offset.error(), store, object.key, line_number);
    if (line_number == 1 ? *offset != name.first : *offset <= previous)
      return corrupt(fmt::format("offset {} stands out of its order", *offset), store, object.key,
                     line_number);
    previous = *offset;
    begin = end + 1;
  }
  if (previous != name.last)
    return corrupt(fmt::format("it ends before offset {}, which its name promises", name.last),
                   store, object.key, line_number);
  return {};
}

}  // namespace marquee::lake
