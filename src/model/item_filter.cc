#include "model/item_filter.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <ranges>

#include "model/interaction_matrix.h"

namespace marquee {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

GenreIndex::GenreIndex(const ModelData& model) : offsets_{0} {
  std::map<std::string, std::int32_t> numbers;
  const bool described = model.genres.size() == model.item_count();
  for (std::size_t item = 0; item < model.item_count(); ++item) {
    const std::string_view joined = described ? model.genres[item] : std::string_view();
    for (const auto part : std::views::split(joined, '|')) {
      const std::string_view name(part.begin(), part.end());
      if (name.empty()) continue;
      const auto [entry, fresh] =
          numbers.try_emplace(lower(name), static_cast<std::int32_t>(names_.size()));
      if (fresh) names_.emplace_back(name);
      genres_.push_back(entry->second);
    }
    offsets_.push_back(static_cast<std::int64_t>(genres_.size()));
  }
  lower_.assign(numbers.begin(), numbers.end());
}

std::optional<std::int32_t> GenreIndex::find(std::string_view genre) const {
  const std::string wanted = lower(genre);
  const auto found =
      std::ranges::lower_bound(lower_, wanted, {}, &std::pair<std::string, std::int32_t>::first);
  if (found == lower_.end() || found->first != wanted) return std::nullopt;
  return found->second;
}

std::span<const std::int32_t> GenreIndex::of(std::size_t item) const {
  const auto first = static_cast<std::size_t>(offsets_[item]);
  return std::span(genres_).subspan(first, static_cast<std::size_t>(offsets_[item + 1]) - first);
}

ItemFilter::ItemFilter(std::shared_ptr<const ModelData> model,
                       std::shared_ptr<const GenreIndex> genres, const ListRules& rules,
                       const ItemFilter* within)
    : model_(std::move(model)),
      genres_(std::move(genres)),
      within_(within != nullptr && !within->allows_everything() ? within : nullptr),
      everything_(rules.empty() && within_ == nullptr),
      some_allowed_(!rules.genres.empty()),
      allowed_(genres_->names().size()),
      denied_(genres_->names().size()),
      min_year_(rules.min_year) {
  for (const MovieId movie : rules.exclude)
    if (const auto item = find_id(model_->item_ids.span(), movie)) excluded_.push_back(*item);
  std::ranges::sort(excluded_);
  for (const std::string& name : rules.genres)
    if (const auto genre = genres_->find(name)) allowed_[static_cast<std::size_t>(*genre)] = 1;
  for (const std::string& name : rules.exclude_genres)
    if (const auto genre = genres_->find(name)) {
      denied_[static_cast<std::size_t>(*genre)] = 1;
      some_denied_ = true;
    }
}

bool ItemFilter::allows(std::int32_t item) const {
  if (everything_) return true;
  const auto i = static_cast<std::size_t>(item);
  if (min_year_ > 0 && (model_->years.empty() || model_->years[i] < min_year_)) return false;
  if ((some_allowed_ || some_denied_) && !allows_genres(i)) return false;
  if (std::ranges::binary_search(excluded_, item)) return false;
  return within_ == nullptr || within_->allows(item);
}

bool ItemFilter::allows_genres(std::size_t item) const {
  bool wanted = !some_allowed_;
  for (const std::int32_t genre : genres_->of(item)) {
    if (denied_[static_cast<std::size_t>(genre)] != 0) return false;
    wanted = wanted || allowed_[static_cast<std::size_t>(genre)] != 0;
  }
  return wanted;
}

}  // namespace marquee
