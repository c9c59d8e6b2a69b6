// Which offsets of one partition were seen: one bit each, in pages that are made when needed, so
// that a billion events take 125 MB and a lone far one takes a page.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>

namespace marquee::lake {

class SeenOffsets {
 public:
  // False: it was there already. Offsets must not be negative.
  bool insert(std::int64_t offset);
  bool contains(std::int64_t offset) const;
  std::int64_t size() const { return size_; }

  // Calls visit(first, end) for each longest stretch [first, end) of [begin, end) that is in none
  // of the sets, ascending.
  static void visit_gaps(std::span<const SeenOffsets* const> sets, std::int64_t begin,
                         std::int64_t end,
                         const std::function<void(std::int64_t, std::int64_t)>& visit);

 private:
  static constexpr std::int64_t kPageBits = 65'536;
  static constexpr std::int64_t kWordBits = 64;
  using Page = std::array<std::uint64_t, kPageBits / kWordBits>;

  std::map<std::int64_t, std::unique_ptr<Page>> pages_;
  Page* latest_ = nullptr;  // offsets come in runs
  std::int64_t latest_number_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace marquee::lake
