#include "model/content.h"

#include <gmock/gmock.h>

#include <cmath>

#include "planted_data.h"

namespace marquee {
namespace {

using testing::ElementsAre;

TEST(Content, TermsComeFromGenresTitleYearAndTags) {
  EXPECT_THAT(terms_of({.id = 1,
                        .title = "The Good, the Bad & Ocean's 11 (1995)",
                        .genres = {"Drama", "Sci-Fi"},
                        .year = 1995,
                        .tags = {"Film Noir"}}),
              ElementsAre("decade:1990", "genre:Drama", "genre:Sci-Fi", "tag:film noir", "title:11",
                          "title:bad", "title:good", "title:oceans", "year:1995"));
  EXPECT_THAT(terms_of({}), ElementsAre());
}

class ContentTest : public testing::Test {
 protected:
  const PlantedData data_ = plant(80, 60, 15);
  const InteractionMatrix matrix_ = *InteractionMatrix::build(data_.ratings, data_.movies);
  const Content content_ = fit_content(matrix_, grade(matrix_, {}), data_.movies);
};

TEST_F(ContentTest, RowsHaveUnitLength) {
  for (std::size_t i = 0; i < content_.vectors.rows(); ++i) {
    double square = 0;
    for (const float value : content_.vectors.row(i).values)
      square += static_cast<double>(value) * value;
    EXPECT_NEAR(square, 1, 1e-5);
  }
}

TEST_F(ContentTest, TermsOfOneMovieAloneAreLeftOut) {
  for (std::size_t t = 0; t < content_.terms.size(); ++t)
    EXPECT_NE(content_.terms[t], "title:59") << "only one movie has it";
  EXPECT_GT(content_.terms.size(), 8u);
}

TEST_F(ContentTest, AMovieOutsideTheCatalogueHasNoTermsAndAFinitePrior) {
  auto ratings = data_.ratings;
  ratings.push_back({10, 9999, 4, 1});
  const auto matrix = InteractionMatrix::build(ratings, data_.movies);
  const Content content = fit_content(*matrix, grade(*matrix, {}), data_.movies);
  const auto item = static_cast<std::size_t>(*find_id(matrix->item_ids().span(), 9999));
  EXPECT_TRUE(content.vectors.row(item).columns.empty());
  EXPECT_TRUE(std::isfinite(content.prior[item]));
}

TEST_F(ContentTest, NoCatalogueIsNoContent) {
  const Content content = fit_content(matrix_, grade(matrix_, {}), {});
  EXPECT_EQ(content.terms.size(), 0u);
  for (const float prior : content.prior) EXPECT_EQ(prior, 0);
}

TEST(ContentPrior, ExpectsInterestWhereAGenreIsPopular) {
  PlantedData data = plant(80, 60, 15);
  std::erase_if(data.ratings,
                [](const Rating& r) { return (r.movie - 1000) % 4 == 2 && r.user % 8 != 0; });
  const auto matrix = InteractionMatrix::build(data.ratings, data.movies);
  const Content content = fit_content(*matrix, grade(*matrix, {}), data.movies);
  const auto unrated_horror = static_cast<std::size_t>(*find_id(matrix->item_ids().span(), 1058));
  const auto unrated_comedy = static_cast<std::size_t>(*find_id(matrix->item_ids().span(), 1057));
  ASSERT_TRUE(matrix->item(unrated_horror).columns.empty());
  EXPECT_LT(content.prior[unrated_horror], content.prior[unrated_comedy]);
}

}  // namespace
}  // namespace marquee
