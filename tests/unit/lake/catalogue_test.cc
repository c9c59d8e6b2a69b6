#include "lake/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <thread>

#include "tests/unit/lake/memory_store.h"
#include "tests/unit/lake/read_parquet.h"

namespace marquee {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Movie kHeat = {1, "Heat", {"Crime", "Thriller"}, 1995, {"heist"}};
const Movie kAmelie = {2, "Le fabuleux destin d'Am\xC3\xA9lie", {}, 0, {}};
const Movie kAlien = {3, "Alien", {"Horror"}, 1979, {}};

std::int64_t merge(ObjectStore& store, std::vector<Movie> movies) {
  const auto changed = merge_catalogue(store, movies);
  EXPECT_TRUE(changed) << changed.error().message();
  return changed.value_or(-1);
}

TEST(CatalogueInTheLake, IsEmptyAtFirst) {
  MemoryStore store;
  EXPECT_THAT(read_catalogue(store)->movies, IsEmpty());
  EXPECT_EQ(read_catalogue(store)->version, "");
  EXPECT_THAT(read_catalogue(store, "")->movies, IsEmpty());
  EXPECT_EQ(merge(store, {}), 0);
  EXPECT_THAT(store.keys(), IsEmpty());
}

TEST(CatalogueInTheLake, NewRowsReplaceThoseOfTheirIdOnly) {
  MemoryStore store;
  EXPECT_EQ(merge(store, {kAmelie, kHeat}), 2);
  Movie heat = kHeat;
  heat.tags = {"heist", "diner"};
  EXPECT_EQ(merge(store, {kAlien, heat, kAmelie}), 2);
  EXPECT_THAT(read_catalogue(store)->movies, ElementsAre(heat, kAmelie, kAlien));
}

TEST(CatalogueInTheLake, TheSameRowsAgainChangeNothing) {
  MemoryStore store;
  merge(store, {kHeat, kAmelie});
  const auto keys = store.keys();
  const std::string version = read_catalogue(store)->version;
  EXPECT_EQ(merge(store, {kHeat, kAmelie}), 0);
  EXPECT_EQ(merge(store, {kHeat}), 0);
  EXPECT_EQ(read_catalogue(store)->version, version);
}

TEST(CatalogueInTheLake, OlderVersionsStayUntilTheyAreRemoved) {
  MemoryStore store;
  std::vector<std::string> versions;
  for (const Movie& movie : {kHeat, kAmelie, kAlien}) {
    merge(store, {movie});
    versions.push_back(read_catalogue(store)->version);
  }
  EXPECT_THAT(read_catalogue(store, versions[0])->movies, ElementsAre(kHeat));
  EXPECT_THAT(read_catalogue(store, versions[1])->movies, ElementsAre(kHeat, kAmelie));
  ASSERT_TRUE(keep_catalogues(store, std::span(versions).first(1)));
  EXPECT_THAT(read_catalogue(store, versions[0])->movies, SizeIs(1));
  EXPECT_EQ(read_catalogue(store, versions[1]).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read_catalogue(store, versions[2])->movies, SizeIs(3));
}

TEST(CatalogueInTheLake, KeysAreThoseOfTheContract) {
  MemoryStore store;
  merge(store, {kHeat});
  ASSERT_THAT(store.keys(), SizeIs(3));
  EXPECT_TRUE(store.keys()[0].starts_with("bronze/movies/movies_"));
  EXPECT_EQ(
      store.get(store.keys()[0]),
      R"({"movie_id":1,"title":"Heat","genres":["Crime","Thriller"],"year":1995,"tags":["heist"]})"
      "\n");
  EXPECT_EQ(store.keys()[1],
            "silver/movies/_versions/" + read_catalogue(store)->version + ".parquet");
  EXPECT_EQ(store.keys()[2], "silver/movies/movies.parquet");
}

TEST(CatalogueInTheLake, AnyReaderOfParquetUnderstandsIt) {
  MemoryStore store;
  merge(store, {kHeat, kAmelie});
  const auto table = parquet_table(store.get("silver/movies/movies.parquet").value());
  EXPECT_THAT(table->schema()->field_names(),
              ElementsAre("movie_id", "title", "genres", "year", "tags"));
  EXPECT_EQ(column_text(*table, "movie_id"), "[1, 2]");
  EXPECT_EQ(column_text(*table, "year"), "[1995, null]");
  EXPECT_EQ(table->schema()->field(2)->type()->id(), arrow::Type::LIST);
}

TEST(CatalogueInTheLake, KilledAtAnyPutTheOldOrTheNewIsRead) {
  for (int killed = 1;; ++killed) {
    MemoryStore store;
    merge(store, {kHeat});
    const int puts = store.puts();
    store.before_put = [&](int number, std::string_view) -> Status {
      return number >= puts + killed ? Status(fail(ErrorCode::kUnavailable, "killed")) : Status{};
    };
    const bool done = merge_catalogue(store, std::vector{kAlien}).has_value();
    EXPECT_THAT(read_catalogue(store)->movies, SizeIs(done ? 2 : 1));
    store.before_put = nullptr;
    merge(store, {kAlien});
    EXPECT_THAT(read_catalogue(store)->movies, ElementsAre(kHeat, kAlien));
    if (done) break;
  }
}

TEST(CatalogueInTheLake, OfSeveralWritersEachOnesRowsGetIn) {
  MemoryStore store;
  {
    std::vector<std::jthread> writers;
    for (MovieId id = 1; id <= 8; ++id)
      writers.emplace_back(
          [&store, id] { merge(store, {{.id = id, .title = "m", .genres = {}, .tags = {}}}); });
  }
  EXPECT_THAT(read_catalogue(store)->movies, SizeIs(8));
}

TEST(CatalogueInTheLake, DamageIsNamed) {
  MemoryStore store;
  merge(store, {kHeat});
  const std::string version = read_catalogue(store)->version;
  const std::string key = "silver/movies/_versions/" + version + ".parquet";
  ASSERT_TRUE(store.put("silver/movies/movies.parquet", "PAR1 but not really"));
  EXPECT_EQ(read_catalogue(store).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_catalogue(store).error().where, "memory/silver/movies/movies.parquet");
  ASSERT_TRUE(store.put(key, store.get(key).value() + "x"));
  EXPECT_EQ(read_catalogue(store, version).error().code, ErrorCode::kCorrupt);
}

RC_GTEST_PROP(CatalogueProperty, HoldsTheLatestRowOfEachId, ()) {
  MemoryStore store;
  std::map<MovieId, Movie> plain;
  for (int imports = *rc::gen::inRange(1, 4); imports > 0; --imports) {
    std::vector<Movie> movies;
    for (int k = *rc::gen::inRange(0, 6); k > 0; --k) {
      const auto text = [] {
        return *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
      };
      movies.push_back({*rc::gen::inRange<MovieId>(1, 8),
                        text(),
                        {text(), text()},
                        *rc::gen::inRange(0, 2030),
                        {text()}});
      plain[movies.back().id] = movies.back();
    }
    merge(store, movies);
  }
  std::vector<Movie> expected;
  for (const auto& [id, movie] : plain) expected.push_back(movie);
  RC_ASSERT(read_catalogue(store)->movies == expected);
}

}  // namespace
}  // namespace marquee
