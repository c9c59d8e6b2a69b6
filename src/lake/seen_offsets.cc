#include "lake/seen_offsets.h"

#include <algorithm>

namespace marquee::lake {

bool SeenOffsets::insert(std::int64_t offset) {
  const std::int64_t number = offset / kPageBits;
  if (number != latest_number_) {
    auto& page = pages_[number];
    if (page == nullptr) page = std::make_unique<Page>();
    latest_ = page.get();
    latest_number_ = number;
  }
  std::uint64_t& word = (*latest_)[offset % kPageBits / kWordBits];
  const std::uint64_t bit = std::uint64_t{1} << (offset % kWordBits);
  if ((word & bit) != 0) return false;
  word |= bit;
  ++size_;
  return true;
}

bool SeenOffsets::contains(std::int64_t offset) const {
  const auto found = pages_.find(offset / kPageBits);
  if (found == pages_.end()) return false;
  return ((*found->second)[offset % kPageBits / kWordBits] >> (offset % kWordBits) & 1) != 0;
}

void SeenOffsets::visit_gaps(std::span<const SeenOffsets* const> sets, std::int64_t begin,
                             std::int64_t end,
                             const std::function<void(std::int64_t, std::int64_t)>& visit) {
  const auto in_any = [&](std::int64_t offset) {
    return std::ranges::any_of(sets, [&](const SeenOffsets* set) { return set->contains(offset); });
  };
  const auto next_page = [&](std::int64_t offset) {  // the first page at or after it, of any set
    std::int64_t next = end;
    for (const SeenOffsets* set : sets)
      if (const auto page = set->pages_.lower_bound(offset / kPageBits); page != set->pages_.end())
        next = std::min(next, std::max(offset, page->first * kPageBits));
    return next;
  };
  for (std::int64_t offset = begin; offset < end;) {
    if (in_any(offset)) {
      ++offset;
      continue;
    }
    const std::int64_t first = offset;
    while (offset < end && !in_any(offset)) offset = std::max(offset + 1, next_page(offset + 1));
    offset = std::min(offset, end);
    visit(first, offset);
  }
}

}  // namespace marquee::lake
