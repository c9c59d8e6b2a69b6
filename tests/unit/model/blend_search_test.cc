#include "model/blend_search.h"

#include <gtest/gtest.h>

#include <random>

#include "planted_data.h"

namespace marquee {
namespace {

constexpr std::size_t kItems = 60;

// Columns: user–user, content, latent, item–item, popularity. The latent column knows what is
// relevant but for noise; the popularity column says the same to everybody; the rest is noise.
const std::vector<Column> kColumns = {{Part::kUserUser, 0},
                                      {Part::kContent, 0},
                                      {Part::kLatent, 0},
                                      {Part::kItemItem, 0},
                                      {Part::kPopularity, 0}};

std::vector<BlendCase> cases_of(double popular_hits) {
  std::mt19937_64 random(7);
  const auto chance = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<BlendCase> cases(100);
  for (std::size_t u = 0; u < cases.size(); ++u) {
    BlendCase& one = cases[u];
    one.counts_for_lists = true;
    std::size_t relevant = 0;
    for (std::size_t i = 0; i < kItems; ++i) {
      one.items.push_back(static_cast<std::int32_t>(i));
      const bool liked = i < 10 ? chance() < popular_hits : (i * 13 + u * 7) % 10 == 0;
      one.relevant.push_back(liked);
      relevant += liked;
    }
    one.ideal_gain = ideal_gain(relevant);
    for (const Column& column : kColumns)
      for (std::size_t i = 0; i < kItems; ++i) {
        double score = chance();
        if (column.part == Part::kLatent) score += one.relevant[i] != 0 && i >= 10 ? 0.6 : 0;
        if (column.part == Part::kPopularity) score = i < 10 ? 2 : 0;
        one.scores.push_back(static_cast<float>(score));
      }
  }
  return cases;
}

Dials open_dials() {
  return {
      {{0.1, 0.5, 1}, {0.05, 0.5, 0.9}, {0.05, 0.5, 0.95}, {0.02, 0.2, 1}, {0, 0.3, 1}, {3}, {4}}};
}

TEST(BlendSearchTest, FindsThePartThatKnows) {
  const auto cases = cases_of(0.1);
  const Dials dials = open_dials();
  const BlendSearch search(cases, kColumns, 2);
  const BlendResult best = search.search(dials, {});
  EXPECT_EQ(dials[2][best.setting[2]], 0.95) << "latent";
  EXPECT_EQ(dials[4][best.setting[4]], 0) << "popularity";
  EXPECT_GE(best.figures.ndcg, 0.98 * search.judge_column(2).ndcg);
  EXPECT_FALSE(best.curve.empty());
}

TEST(BlendSearchTest, AccuracyDoesNotBuyOffTheFloors) {
  const auto cases = cases_of(0.9);
  const BlendSearch search(cases, kColumns, 2);
  const BlendResult free = search.search(open_dials(), {});
  EXPECT_LT(free.figures.user_diversity, 0.3) << "the popular ten for everybody";
  const Floors floors{40, 0.5};
  const BlendResult held = search.search(open_dials(), floors);
  EXPECT_GE(held.figures.coverage, floors.coverage);
  EXPECT_GE(held.figures.user_diversity, floors.user_diversity);
  EXPECT_LT(held.figures.ndcg, free.figures.ndcg);
}

TEST(BlendSearchTest, PinnedDialsStay) {
  const auto cases = cases_of(0.1);
  Dials dials = open_dials();
  dials[2] = {0.25};
  dials[4] = {0.8};
  const BlendResult best = BlendSearch(cases, kColumns, 2).search(dials, {});
  EXPECT_EQ(best.setting[2], 0u);
  EXPECT_EQ(best.setting[4], 0u);
}

TEST(BlendSearchTest, ThreadsChangeNothing) {
  const auto cases = cases_of(0.4);
  const Floors floors{30, 0.4};
  const BlendResult one = BlendSearch(cases, kColumns, 1).search(open_dials(), floors);
  const BlendResult two = BlendSearch(cases, kColumns, 2).search(open_dials(), floors);
  EXPECT_EQ(one.setting, two.setting);
  EXPECT_EQ(one.figures.ndcg, two.figures.ndcg);
  EXPECT_EQ(one.curve, two.curve);
}

TEST(FittedCutTest, CutsAreEnoughWithAThousandUsersWhoStayAndLike) {
  const auto needed = [](int staying, float liked) {
    Cut cut;
    for (int user = 1; user <= 1500; ++user) {
      if (user <= staying) cut.past.push_back({user, 1, 4, 1});
      cut.later.push_back({user, 2, liked, 2});
    }
    return enough_cuts(std::vector(5, cut), {}).size();
  };
  EXPECT_EQ(needed(1500, 4), 1U);
  EXPECT_EQ(needed(999, 4), 2U);
  EXPECT_EQ(needed(250, 4), 4U);
  EXPECT_EQ(needed(100, 4), 5U) << "all there are";
  EXPECT_EQ(needed(1500, 2), 5U) << "nobody has a like";
}

TEST(FittedCutTest, JudgesMoreUsersWhereFewLikesAreHeldOut) {
  constexpr int kUsers = 3000, kMovies = 50;
  const auto judged_with = [](int likes) {
    Cut cut;
    for (int user = 1; user <= kUsers; ++user)
      for (int k = 0; k < 5 + likes; ++k)
        (k < 5 ? cut.past : cut.later).push_back({user, 1 + (7 * user + k) % kMovies, 4, 1});
    const auto fitted = FittedCut::fit(cut, {}, {}, PartSet{}, {});
    EXPECT_TRUE(fitted);
    return fitted->judged_users();
  };
  EXPECT_EQ(judged_with(1), 3000U);
  EXPECT_EQ(judged_with(5), 2000U) << "10,000 likes";
  EXPECT_EQ(judged_with(12), FittedCut::kEnoughUsers);
}

}  // namespace
}  // namespace marquee
