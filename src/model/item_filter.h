// Rules compiled for one model: is this item allowed?
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/list_rules.h"
#include "model/model_data.h"

namespace marquee {

// Which genres there are and which each item has. Names are compared without regard to the case of
// ASCII letters. Immutable and thread-safe.
class GenreIndex {
 public:
  // A model without genre texts has no genres.
  explicit GenreIndex(const ModelData& model);

  std::optional<std::int32_t> find(std::string_view genre) const;
  const std::vector<std::string>& names() const { return names_; }  // as first written
  std::span<const std::int32_t> of(std::size_t item) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, std::int32_t>> lower_;  // ascending
  std::vector<std::int64_t> offsets_;                        // items + 1
  std::vector<std::int32_t> genres_;
};

// Asked for each item that is about to enter a list, which is far cheaper than marking all items
// for every request. What a rule needs and the catalogue lacks counts against a movie where the
// rule asks for it (allowed genres, minimum year) and for it where the rule forbids (denied
// genres). Movies and genres that the model does not know change nothing, but for a list of allowed
// genres none of which it knows, which allows nothing. Immutable and thread-safe.
class ItemFilter {
 public:
  // `within` is a filter that must allow an item too; it must outlive this one.
  ItemFilter(std::shared_ptr<const ModelData> model, std::shared_ptr<const GenreIndex> genres,
             const ListRules& rules, const ItemFilter* within = nullptr);

  bool allows(std::int32_t item) const;
  bool allows_everything() const { return everything_; }

 private:
  bool allows_genres(std::size_t item) const;

  std::shared_ptr<const ModelData> model_;
  std::shared_ptr<const GenreIndex> genres_;
  const ItemFilter* within_;
  bool everything_;
  std::vector<std::int32_t> excluded_;  // items, ascending
  bool some_allowed_ = false;           // only items with an allowed genre
  bool some_denied_ = false;
  std::vector<std::uint8_t> allowed_;  // by genre
  std::vector<std::uint8_t> denied_;   // by genre
  int min_year_;
};

}  // namespace marquee
