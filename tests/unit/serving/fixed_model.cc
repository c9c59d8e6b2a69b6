#include "tests/unit/serving/fixed_model.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace marquee::serving {
namespace {

TextPool pool(const std::vector<std::string>& texts) {
  std::vector<std::int64_t> offsets = {0};
  std::vector<std::uint8_t> bytes;
  for (const std::string& text : texts) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  return {std::move(offsets), std::move(bytes)};
}

SparseRows no_entries(std::size_t rows) {
  return {std::vector<std::int64_t>(rows + 1, 0), {}, {}};
}

// Both users' lists of three, padded to a width that no test asks beyond.
TopLists lists(const std::array<std::array<std::int32_t, 3>, 2>& users) {
  constexpr std::size_t kWidth = 100;
  std::vector<std::int32_t> items(users.size() * kWidth, -1);
  std::vector<float> scores(items.size()), parts(items.size() * kPartCount);
  for (std::size_t u = 0; u < users.size(); ++u)
    for (std::size_t k = 0; k < users[u].size(); ++k) {
      const std::size_t place = u * kWidth + k;
      items[place] = users[u][k];
      scores[place] = static_cast<float>(3 - k);
      std::ranges::copy(std::array{0.5F, 0.25F, 0.25F, 0.0F, 0.0F}, parts.begin() + place * kPartCount);
    }
  return {kWidth, std::move(items), std::move(scores), std::move(parts)};
}

}  // namespace

std::shared_ptr<ModelData> fixed_model_data(const std::string& run_id) {
  constexpr std::size_t kUsers = 2, kItems = 5;
  auto data = std::make_shared<ModelData>();
  data->user_ids = std::vector<std::int64_t>{1, 2};
  data->item_ids = std::vector<std::int64_t>{10, 20, 30, 40, 50};
  data->ratings = {std::vector<std::int64_t>{0, 2, 3}, std::vector<std::int32_t>{0, 1, 2},
                   std::vector<float>{5, 4, 3}};
  data->interest = data->ratings.values;
  data->popularity = std::vector<float>(kItems);
  data->item_item = no_entries(kItems);
  data->user_user = no_entries(kUsers);
  data->content = no_entries(kItems);
  data->similar = {std::vector<std::int64_t>{0, 2, 2, 2, 2, 2}, std::vector<std::int32_t>{1, 2},
                   std::vector<float>{0.9F, 0.5F}};
  data->titles = pool({"Ten (1990)", "Twenty, \"the\" Best", "Thirty", "Forty", "Fifty \xff"});
  data->genres = pool({"Drama|War", "Comedy", "Drama", "", "Horror"});
  data->years = std::vector<std::int32_t>{1990, 0, 0, 0, 0};
  data->popular_items = std::vector<std::int32_t>{1, 0, 2, 3, 4};
  data->popular_scores = std::vector<float>{4.5F, 4.25F, 4, 3.5F, 3};
  data->lists = lists({{{2, 3, 4}, {4, 3, 0}}});
  data->lineage.run_id = run_id;
  return data;
}

std::shared_ptr<ModelData> turned_model_data(const std::string& run_id) {
  auto data = fixed_model_data(run_id);
  data->lists = lists({{{4, 3, 2}, {0, 3, 4}}});
  return data;
}

LoadedModel loaded(std::shared_ptr<const ModelData> data) {
  const std::string version = version_of_run(data->lineage.run_id);
  return {
      .data = std::move(data), .version = version, .checksum = "0123456789abcdef", .size = 1000};
}

std::shared_ptr<const ServedModel> served(std::shared_ptr<const ModelData> data) {
  auto model = prepare_model(loaded(std::move(data)), ModelOrigin::kProductionFile, 0);
  EXPECT_TRUE(model) << model.error().message();
  return *model;
}

}  // namespace marquee::serving
