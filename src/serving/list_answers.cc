#include "serving/list_answers.h"

#include "model/interaction_matrix.h"
#include "model/model_data.h"
#include "serving/json_text.h"

namespace marquee::serving {
namespace {

constexpr std::size_t kTypicalIdLength = 8;
constexpr std::int32_t kNoItem = -1;  // pads a list that is shorter than its row

Json movie_json(const Recommender& recommender, MovieId movie, float score) {
  return {{"id", movie},
          {"title", recommender.title(movie)},
          {"genres", recommender.genres(movie)},
          {"score", rounded(score)}};
}

Json parts_json(const Recommendation& item) {
  Json parts = Json::object();
  for (int part = 0; part < kPartCount; ++part)
    parts[std::string(name_of(static_cast<Part>(part)))] = rounded(item.parts[part]);
  return parts;
}

void append_id(std::string& text, MovieId movie) {
  if (!text.empty()) text += ',';
  const fmt::format_int id(movie);
  text.append(id.data(), id.size());
}

// The first entries of a user's precomputed list; nullopt when the user is not known, the list is
// shorter than asked for, or conditions are to be met. Where scores are not wanted, this spares
// reading them: most of the time of a /recommend.
std::optional<std::span<const std::int32_t>> precomputed_items(const ModelData& data, UserId user,
                                                               const ListRequest& wanted) {
  const bool conditions =
      wanted.include_rated || (wanted.filter != nullptr && !wanted.filter->allows_everything());
  const auto row = find_id(data.user_ids.span(), user);
  if (!row || conditions || wanted.n > data.lists.width) return std::nullopt;
  const auto width = static_cast<std::size_t>(data.lists.width);
  const auto items = data.lists.items.span().subspan(static_cast<std::size_t>(*row) * width,
                                                     static_cast<std::size_t>(wanted.n));
  return items.first(static_cast<std::size_t>(std::ranges::find(items, kNoItem) - items.begin()));
}

std::vector<Recommendation> list_of(const ServedModel& served, const ListOwner& owner,
                                    const ListRequest& wanted) {
  return owner.folded == nullptr ? served.recommender.recommend(owner.user, wanted)
                                 : served.recommender.recommend(*owner.folded, wanted);
}

}  // namespace

std::string recommend_text(const ServedModel& served, const ListOwner& owner,
                           const ListRequest& wanted) {
  std::string text;
  text.reserve(static_cast<std::size_t>(wanted.n) * kTypicalIdLength);
  const ModelData& data = *served.model.data;
  if (owner.folded == nullptr)
    if (const auto listed = precomputed_items(data, owner.user, wanted)) {
      for (const std::int32_t item : *listed)
        append_id(text, data.item_ids[static_cast<std::size_t>(item)]);
      return text;
    }
  for (const Recommendation& item : list_of(served, owner, wanted)) append_id(text, item.movie);
  return text;
}

std::string recommend_json(const ServedModel& served, const ListOwner& owner,
                           const ListRequest& wanted) {
  Json items = Json::array();
  for (const Recommendation& item : list_of(served, owner, wanted)) {
    Json entry = movie_json(served.recommender, item.movie, item.score);
    entry["popular"] = item.popular;
    entry["parts"] = parts_json(item);
    items.push_back(std::move(entry));
  }
  Json answer = {{"user_id", owner.user},
                 {"known", served.recommender.knows_user(owner.user)},
                 {"model", served.model.version}};
  if (owner.folded != nullptr) answer["folded_in"] = true;
  answer["items"] = std::move(items);
  return to_text(answer);
}

std::string similar_json(const ServedModel& served, MovieId movie, int top_n) {
  Json items = Json::array();
  for (const SimilarMovie& item : served.recommender.similar(movie, top_n, &served.rules))
    items.push_back(movie_json(served.recommender, item.movie, item.score));
  return to_text({{"movie_id", movie},
                  {"title", served.recommender.title(movie)},
                  {"model", served.model.version},
                  {"items", std::move(items)}});
}

}  // namespace marquee::serving
