#include "model/model_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <limits>

#include "core/config.h"
#include "core/durable_file.h"
#include "model/hybrid_trainer.h"
#include "model/recommender.h"
#include "model/tensor_file.h"
#include "planted_data.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;

// A model file taken apart, so that a test can change one thing and seal it again with a right
// checksum.
struct Parts {
  struct Tensor {
    std::string name;
    Dtype dtype;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;

    template <typename T>
    void set(std::size_t index, T value) {
      std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
    }
  };
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  Tensor& operator[](std::string_view name) {
    return *std::ranges::find(tensors, name, &Tensor::name);
  }
};

constexpr const char* kNames[] = {"user_ids",          "item_ids",
                                  "ratings.offsets",   "ratings.columns",
                                  "ratings.values",    "item_item.offsets",
                                  "item_item.columns", "item_item.values",
                                  "user_user.offsets", "user_user.columns",
                                  "user_user.values",  "terms.offsets",
                                  "terms.bytes",       "content.offsets",
                                  "content.columns",   "content.values",
                                  "content.mean",      "content.prior",
                                  "similar.offsets",   "similar.columns",
                                  "similar.values",    "titles.offsets",
                                  "titles.bytes",      "genres.offsets",
                                  "genres.bytes",      "years",
                                  "popular.items",     "popular.scores",
                                  "lists.items",       "lists.scores",
                                  "lists.parts",       "interest",
                                  "latent.users",      "latent.items",
                                  "popularity"};

class ModelFileTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() / ("model_file_test." + std::to_string(::getpid()));
    const PlantedData data = plant(12, 20, 8);
    Config config;
    config.model.precomputed_top_n = 5;
    config.model.min_common_items = 1;
    trained_ = train_hybrid(data.ratings, data.movies, config.model,
                            {.run_id = "20260301_020000",
                             .config_json = model_entries_json(config),
                             .snapshot_json = R"({"sequence":7})",
                             .program = "marquee test"})
                   ->model;
    ASSERT_TRUE(write_model(path_, *trained_));
    original_ = taken_apart();
  }
  void TearDown() override { fs::remove(path_); }

  Parts take_apart() const { return original_; }

  Parts taken_apart() const {
    const auto file = TensorFile::load(path_);
    Parts parts;
    parts.metadata = (*file)->metadata();
    parts.metadata.erase("xxh3");
    for (const char* name : kNames) {
      const auto tensor = (*file)->find(name);
      EXPECT_TRUE(tensor) << name;
      parts.tensors.push_back({name,
                               (*tensor)->dtype,
                               (*tensor)->shape,
                               {(*tensor)->bytes.begin(), (*tensor)->bytes.end()}});
    }
    return parts;
  }

  void put_together(const Parts& parts) const {
    std::vector<TensorToWrite> tensors;
    for (const auto& tensor : parts.tensors)
      tensors.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes});
    ASSERT_TRUE(write_tensor_file(path_, tensors, parts.metadata));
  }

  void expect_refused(const Parts& parts, std::string_view words) const {
    put_together(parts);
    const auto loaded = load_model(path_);
    ASSERT_FALSE(loaded) << words;
    EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(loaded.error().message().find(words), std::string::npos) << loaded.error().message();
    EXPECT_FALSE(loaded.error().mend.empty());
  }

  fs::path path_;
  std::shared_ptr<const ModelData> trained_;
  Parts original_;
};

TEST_F(ModelFileTest, TakingApartAndTogetherChangesNothing) {
  put_together(take_apart());
  EXPECT_TRUE(load_model(path_));
}

TEST_F(ModelFileTest, WhatIsLoadedIsWhatWasTrained) {
  const auto loaded = load_model(path_);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->version, "hybrid_model_20260301_020000");
  EXPECT_EQ(loaded->size, fs::file_size(path_));
  EXPECT_EQ(loaded->data->lineage.snapshot_json, trained_->lineage.snapshot_json);
  EXPECT_EQ(loaded->data->options.precomputed_top_n, 5);
  const Recommender before(trained_), after(loaded->data);
  for (const UserId user : trained_->user_ids)
    for (const int n : {5, 11}) {
      const auto a = before.recommend(user, n), b = after.recommend(user, n);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t k = 0; k < a.size(); ++k) {
        EXPECT_EQ(a[k].movie, b[k].movie);
        EXPECT_EQ(a[k].parts, b[k].parts);
      }
    }
  EXPECT_EQ(after.title(1003), before.title(1003));
}

TEST_F(ModelFileTest, OverwritingTheFileLaterChangesNothing) {
  const auto loaded = load_model(path_);
  ASSERT_TRUE(loaded);
  const auto before = Recommender(loaded->data).recommend(10, 5);
  std::ofstream(path_, std::ios::in | std::ios::out) << std::string(fs::file_size(path_), 'x');
  fs::resize_file(path_, 10);
  const auto after = Recommender(loaded->data).recommend(10, 5);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t k = 0; k < before.size(); ++k) EXPECT_EQ(before[k].movie, after[k].movie);
}

TEST_F(ModelFileTest, RefusesAnotherSchema) {
  Parts parts = take_apart();
  parts.metadata["schema"] = "99";
  expect_refused(parts, "schema version 99, this program reads version 2");
}

TEST_F(ModelFileTest, RefusesAHeaderThatIsNoModels) {
  for (const char* key : {"schema", "run_id", "config", "learned", "snapshot", "program"}) {
    Parts parts = take_apart();
    parts.metadata.erase(key);
    expect_refused(parts, key);
  }
  Parts parts = take_apart();
  parts.metadata["config"] = "[]";
  expect_refused(parts, "configuration");
}

TEST_F(ModelFileTest, RefusesEachMissingTensor) {
  for (const char* name : kNames) {
    Parts parts = take_apart();
    std::erase_if(parts.tensors, [&](const auto& tensor) { return tensor.name == name; });
    expect_refused(parts, name);
  }
}

TEST_F(ModelFileTest, RefusesEachWrongDtype) {
  for (const char* name : kNames) {
    Parts parts = take_apart();
    auto& tensor = parts[name];
    tensor.dtype = Dtype::kU8;
    if (tensor.name.ends_with(".bytes")) tensor.dtype = Dtype::kF32;
    const std::size_t width = tensor.dtype == Dtype::kU8 ? 1 : 4;
    tensor.bytes.resize(tensor.bytes.size() / 4 * 4);
    tensor.shape = {static_cast<std::int64_t>(tensor.bytes.size() / width)};
    expect_refused(parts, name);
  }
}

TEST_F(ModelFileTest, RefusesEachWrongShape) {
  for (const char* name : kNames) {
    Parts parts = take_apart();
    auto& tensor = parts[name];
    tensor.shape.insert(tensor.shape.begin(), 1);
    expect_refused(parts, name);
  }
}

TEST_F(ModelFileTest, RefusesIdsThatDoNotAscend) {
  for (const char* name : {"user_ids", "item_ids"}) {
    Parts parts = take_apart();
    parts[name].set<std::int64_t>(1, 1);
    expect_refused(parts, "not greater");
    parts = take_apart();
    parts[name].set<std::int64_t>(0, 0);
    expect_refused(parts, "not greater");
  }
}

TEST_F(ModelFileTest, RefusesIndicesThatPointOutside) {
  for (const char* name : {"ratings.columns", "item_item.columns", "user_user.columns",
                           "content.columns", "similar.columns", "popular.items", "lists.items"}) {
    for (const std::int32_t index : {-2, 1'000'000}) {
      Parts parts = take_apart();
      parts[name].set<std::int32_t>(0, index);
      expect_refused(parts, "outside");
    }
  }
}

TEST_F(ModelFileTest, RefusesColumnsThatDoNotAscend) {
  for (const char* name : {"ratings.columns", "content.columns"}) {
    Parts parts = take_apart();
    std::int32_t first = 0;
    std::memcpy(&first, parts[name].bytes.data(), sizeof first);
    parts[name].set<std::int32_t>(1, first);
    expect_refused(parts, "does not ascend");
  }
}

TEST_F(ModelFileTest, RefusesOffsetsThatFallOrPointOutside) {
  for (const char* name : {"ratings.offsets", "titles.offsets", "terms.offsets"}) {
    Parts parts = take_apart();
    parts[name].set<std::int64_t>(1, 1'000'000'000);
    expect_refused(parts, "falls");
    parts = take_apart();
    parts[name].set<std::int64_t>(0, 1);
    expect_refused(parts, "does not start at 0");
  }
}

TEST_F(ModelFileTest, RefusesValuesThatAreNotFinite) {
  for (const char* name : {"ratings.values", "lists.scores", "content.prior"}) {
    Parts parts = take_apart();
    parts[name].set<float>(0, std::numeric_limits<float>::quiet_NaN());
    expect_refused(parts, "not finite");
  }
}

TEST_F(ModelFileTest, AMissingFileIsNotFound) {
  const auto loaded = load_model(path_.string() + ".none");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace marquee
