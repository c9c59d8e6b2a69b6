// Bronze objects in a store: which there are, and their lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "lake/bronze_name.h"
#include "objects/object_store.h"

namespace marquee::lake {

struct BronzeObject {
  std::string key;
  BronzeName name;
  std::uint64_t size = 0;  // bytes as stored
};

// Every object of this kind, by key. Objects of other names (what tools leave) are passed over, but
// kCorrupt for one that claims the kind and has a name that this version cannot read.
Result<std::vector<BronzeObject>> list_bronze(ObjectStore& store, BronzeKind kind);

// The lines of an object whose stored bytes are at hand, and back. `where` names it in errors.
Result<std::string> unpacked(std::string bytes, Compression compression, std::string_view where);
Result<std::string> packed(std::string lines, Compression compression);

// Is given a line without its "\n" and gives its offset, or says why the line is not what it should
// be.
using VisitLine = std::function<std::expected<std::int64_t, std::string>(std::string_view line)>;

// Reads a whole object and visits its lines in order. kCorrupt, naming object and line, for what
// the visitor refuses, and when the lines are not those that the name promises: ascending offsets
// from its first to its last, and a "\n" at the end.
Status read_lines(ObjectStore& store, const BronzeObject& object, const VisitLine& visit);
// The same of lines that are at hand.
Status visit_lines(const ObjectStore& store, const BronzeObject& object, std::string_view lines,
                   const VisitLine& visit);

}  // namespace marquee::lake
