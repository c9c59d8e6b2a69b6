#include "model/tensor_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "core/durable_file.h"
#include "tests/unit/model/sealed_file.h"

namespace marquee {
namespace {

namespace fs = std::filesystem;
using Shape1 = std::array<std::int64_t, 1>;
using Shape2 = std::array<std::int64_t, 2>;

const std::vector<std::uint8_t> kLetters = {'a', 'b', 'c'};
const std::vector<float> kScores = {1.5F, -2, 3};
const std::vector<std::int64_t> kIds = {7, 8};

template <typename T>
TensorToWrite tensor(std::string name, std::vector<std::int64_t> shape,
                     const std::vector<T>& values) {
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(std::span(values))};
}

std::vector<TensorToWrite> small_tensors() {
  return {tensor("ids", {2}, kIds), tensor("scores", {3}, kScores),
          tensor("letters", {3}, kLetters)};
}

// The refusal's text; empty when the bytes are accepted.
std::string refusal(const std::string& bytes) {
  const auto file = TensorFile::parse(bytes_of(bytes), "m");
  if (file) return "";
  EXPECT_EQ(file.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(file.error().where, "m");
  EXPECT_FALSE(file.error().mend.empty());
  return file.error().what;
}

class TensorFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tensor_file_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "m.safetensors";
    ASSERT_TRUE(write_tensor_file(path_, small_tensors(), {{"a", "1"}}));
    valid_ = read_file(path_).value();
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  fs::path path_;
  std::string valid_;  // the small file's bytes
};

TEST_F(TensorFileTest, GivesBackWhatWasWritten) {
  const std::vector<float> table = {1, 2, 3, 4, 5, 6};
  const std::vector<double> nothing;
  const std::vector<TensorToWrite> tensors = {
      tensor("letters", {3}, kLetters), tensor("table", {2, 3}, table),
      tensor("nothing", {0, 4}, nothing), tensor("ids", {2}, kIds)};
  ASSERT_TRUE(write_tensor_file(path_, tensors, {{"schema", "1"}, {"a\"", "\"é\n"}}));

  const auto file = TensorFile::load(path_);
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ((*file)->metadata(),
            (std::map<std::string, std::string>{{"schema", "1"}, {"a\"", "\"é\n"}}));
  EXPECT_EQ((*file)->size(), fs::file_size(path_));
  EXPECT_EQ((*file)->name(), path_.string());
  const auto read = (*file)->values<float>("table", Shape2{2, -1});
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(std::ranges::equal(*read, table));
  EXPECT_EQ((*file)->values<double>("nothing", Shape2{0, 4})->size(), 0u);
  EXPECT_EQ((*(*file)->find("letters"))->bytes.size(), 3u);
}

TEST_F(TensorFileTest, WritesTheSameBytesTwice) {
  const fs::path again = folder_ / "again.safetensors";
  ASSERT_TRUE(write_tensor_file(again, small_tensors(), {{"a", "1"}}));
  EXPECT_EQ(read_file(again), valid_);
}

TEST_F(TensorFileTest, IsLaidOutAsTheFormatPageSays) {
  EXPECT_EQ(header_of(valid_).find(R"({"__metadata__":{"a":"1","xxh3":")"), 0u);
  EXPECT_EQ(sealed(with_zeroed_checksum(header_of(valid_)), body_of(valid_)), valid_)
      << "the checksum as documented";
  EXPECT_EQ((8 + header_of(valid_).size()) % 64, 0u);
  EXPECT_EQ(body_of(valid_).substr(28), "abc");
}

TEST_F(TensorFileTest, RefusesWritingWhatItCouldNotRead) {
  const std::vector<TensorToWrite> twice = {tensor("ids", {2}, kIds), tensor("ids", {2}, kIds)};
  const std::vector<TensorToWrite> reserved = {tensor("__metadata__", {2}, kIds)};
  const std::vector<TensorToWrite> short_of_bytes = {tensor("ids", {3}, kIds)};
  const std::vector<TensorToWrite> no_text = {tensor("\xff", {2}, kIds)};
  EXPECT_FALSE(write_tensor_file(path_, twice, {}));
  EXPECT_FALSE(write_tensor_file(path_, reserved, {}));
  EXPECT_FALSE(write_tensor_file(path_, short_of_bytes, {}));
  EXPECT_FALSE(write_tensor_file(path_, no_text, {}));
  EXPECT_FALSE(write_tensor_file(path_, small_tensors(), {{"xxh3", "1"}}));
  EXPECT_FALSE(write_tensor_file(path_, small_tensors(), {{"\"xxh3", "1"}}));
  EXPECT_EQ(read_file(path_), valid_) << "the old file is untouched";
}

TEST_F(TensorFileTest, RefusesEveryAttackOnTheHeaderWithItsOwnWords) {
  const std::vector<HeaderAttack> attacks =
      read_attacks(MARQUEE_TEST_DATA "/tensor_file_attacks.txt");
  ASSERT_GT(attacks.size(), 40u);
  for (const HeaderAttack& attack : attacks) {
    const std::string attacked = attack.on(with_zeroed_checksum(header_of(valid_)));
    ASSERT_NE(attacked, "") << attack.name << ": the text to replace is not there";
    EXPECT_NE(refusal(sealed(attacked, body_of(valid_))).find(attack.words), std::string::npos)
        << attack.name << ": " << refusal(sealed(attacked, body_of(valid_)));
  }
}

TEST_F(TensorFileTest, RefusesAWrongHeaderLength) {
  const auto with_length = [&](std::uint64_t length) {
    std::string bytes = valid_;
    std::memcpy(bytes.data(), &length, sizeof(length));
    return refusal(bytes);
  };
  EXPECT_NE(with_length((64 << 20) + 1).find("too long"), std::string::npos);
  EXPECT_NE(with_length(~std::uint64_t{0}).find("too long"), std::string::npos);
  EXPECT_NE(with_length(valid_.size() - 7).find("truncated"), std::string::npos);
  EXPECT_NE(with_length(header_of(valid_).size() - 1).find("not aligned to 64"), std::string::npos);
  EXPECT_NE(with_length(0).find("not aligned to 64"), std::string::npos);
}

TEST_F(TensorFileTest, RefusesEveryFlippedBit) {
  for (std::size_t bit = 0; bit < valid_.size() * 8; ++bit) {
    std::string flipped = valid_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(refusal(flipped), "") << "bit " << bit % 8 << " of byte " << bit / 8;
  }
}

TEST_F(TensorFileTest, RefusesEveryTruncationAndEveryTail) {
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
  for (std::size_t size = 1; size < valid_.size(); ++size)
    EXPECT_NE(refusal(valid_.substr(0, size)).find("truncated"), std::string::npos) << size;
  EXPECT_NE(refusal(valid_ + "x").find("bytes follow the last tensor"), std::string::npos);
}

TEST_F(TensorFileTest, RefusesDeepNestingWithoutFallingOver) {
  const std::string nested = std::string(1 << 20, '[');
  EXPECT_NE(refusal(sealed(R"({"a":)" + nested, "")).find("not an object"), std::string::npos);
}

TEST_F(TensorFileTest, SaysWhichTensorIsNotAsWanted) {
  const auto file = TensorFile::load(path_).value();
  const auto missing = file->values<float>("none", Shape1{3});
  const auto other_dtype = file->values<std::int32_t>("scores", Shape1{3});
  const auto other_shape = file->values<float>("scores", Shape2{3, -1});
  EXPECT_NE(missing.error().what.find("no tensor 'none'"), std::string::npos);
  EXPECT_NE(other_dtype.error().what.find("dtype F32, wanted is I32"), std::string::npos);
  EXPECT_NE(other_shape.error().what.find("shape [3], wanted is [3, -1]"), std::string::npos);
  EXPECT_EQ(other_shape.error().where, path_.string());
}

TEST_F(TensorFileTest, KeepsItsBytesWhateverHappensToTheFile) {
  const auto file = TensorFile::load(path_).value();
  std::ofstream(path_, std::ios::in | std::ios::binary) << std::string(valid_.size(), 'x');
  EXPECT_TRUE(std::ranges::equal(*file->values<float>("scores", Shape1{3}), kScores));
  fs::resize_file(path_, 0);
  EXPECT_TRUE(std::ranges::equal(*file->values<float>("scores", Shape1{3}), kScores));
}

TEST_F(TensorFileTest, IsWholeOrRefusedWhileTheFileChangesItsSize) {
  const std::string cut = valid_.substr(0, valid_.size() / 2);
  std::jthread writer([&](const std::stop_token& stop) {
    for (bool whole = false; !stop.stop_requested(); whole = !whole)
      std::ofstream(path_, std::ios::binary) << (whole ? valid_ : cut) << std::flush;
  });
  for (int i = 0; i < 300; ++i)
    if (const auto file = TensorFile::load(path_); file)
      EXPECT_TRUE(std::ranges::equal(*(*file)->values<float>("scores", Shape1{3}), kScores));
    else
      EXPECT_EQ(file.error().code, ErrorCode::kCorrupt) << file.error().message();
}

TEST_F(TensorFileTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(TensorFile::load(folder_ / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(TensorFile::load(folder_).error().code, ErrorCode::kCorrupt);
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(TensorFile::load(pipe).error().code, ErrorCode::kCorrupt);
  fs::resize_file(path_, 0);
  EXPECT_NE(TensorFile::load(path_).error().what.find("empty"), std::string::npos);
}

}  // namespace
}  // namespace marquee
