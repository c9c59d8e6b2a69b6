// Finds columns by the names in a header line. Internal to datasets.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/row_reader.h"

namespace marquee {

class HeaderRow {
 public:
  // The first line that is not blank, cut at tabs when it has any, else at commas; a text of blank
  // lines gives a header without columns. Names are compared without case, '_', blanks and
  // RecBole's type ("user_id:token" is userid).
  explicit HeaderRow(std::string_view text);

  // The column with the first of `names` that is there.
  std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const;
  std::optional<std::size_t> user() const { return find({"userid", "user"}); }
  std::optional<std::size_t> movie() const { return find({"movieid", "itemid", "movie", "item"}); }
  std::optional<std::size_t> rating() const { return find({"rating"}); }
  std::optional<std::size_t> time() const { return find({"timestamp", "time"}); }
  std::optional<std::size_t> title() const { return find({"title", "movietitle"}); }

  Separator separator() const { return separator_; }
  std::size_t size() const { return names_.size(); }
  std::string text() const;  // the names as they stood, for messages

 private:
  Separator separator_ = Separator::kComma;
  std::vector<std::string> names_;
  std::string text_;
};

}  // namespace marquee
