// What is needed to judge any blend of parts on cuts of the data without scoring anybody again: for
// each user of a cut the standardised scores of the movies that any part would show.
#pragma once

#include <cstdint>
#include <vector>

#include "model/part_fitting.h"
#include "model/validation_cuts.h"

namespace marquee {

// One part with one way of aging, and popularity with a trend, as a column of scores.
// `newest_share` is how the half-life is given where it is not pinned: the age that this share of
// the ratings are younger than, so that it fits cuts of any length; 0: nothing ages.
struct Column {
  Part part = Part::kItemItem;
  double newest_share = 0;
  double trend = 0;
};

struct BlendCase {
  std::vector<std::int32_t> items;     // candidates, ascending
  std::vector<float> scores;           // columns × candidates; 0 for parts that are not fitted
  std::vector<std::uint8_t> relevant;  // by candidate: liked later
  double ideal_gain = 0;               // of the best possible first ten; 0: this user is not judged
  double weight = 1;                   // of the user in the mean NDCG
  bool counts_for_lists = false;       // taken into coverage and diversity
  float score(std::size_t column, std::size_t candidate) const {
    return scores[column * items.size() + candidate];
  }
};

// A cut with the parts fitted on its past.
class FittedCut {
 public:
  // `options` with nothing left open but what is learned; ridge factors scale the rules' ridges.
  struct Strengths {
    double item_item = 1;
    double latent = 1;
  };
  static Result<FittedCut> fit(const Cut& cut, std::span<const Movie> catalogue,
                               const ModelOptions& asked, const PartSet& parts,
                               const Strengths& strengths);

  // NDCG@10 of item–item or latent alone for each judged user, fitted anew where the ridge is
  // another one.
  Result<std::vector<double>> judge_alone(Part part, double ridge_factor) const;

  // As many as have many likes held out together: in sparse data one user has hardly one.
  std::size_t judged_users() const { return judged_.size(); }
  double weight() const { return weight_; }  // of each of its users

  // The cases of the judged users, and where `with_lists` of others too, up to kEnoughUsers in all.
  std::vector<BlendCase> cases(std::span<const Column> columns, const PartSet& parts,
                               bool with_lists, int threads) const;

  // Movies in the first ten places that the popular list has for the users of cases() with lists.
  std::size_t popular_coverage() const;

  static constexpr std::size_t kEnoughUsers = 1000;

 private:
  struct Judged {
    std::size_t user = 0;
    std::vector<std::int32_t> relevant;  // items, ascending
    std::size_t relevant_count = 0;      // with those that the past does not know
  };
  FittedCut() = default;
  void find_judged(const Cut& cut);
  std::vector<Judged> users_of_cases(bool with_lists) const;
  std::vector<double> ndcg_by_user(const ModelData& model, Part part) const;
  ModelData with_column(const Column& column) const;

  double weight_ = 1;
  InteractionMatrix matrix_;
  Grades grades_;
  RatingTimes times_{{}};
  ModelOptions asked_;
  FittedParts parts_;
  std::vector<std::size_t> sample_;  // users in an order that ids have no part in
  std::vector<Judged> judged_;
};

// The first of them that have kEnoughUsers judged users together, or all.
std::span<const Cut> enough_cuts(std::span<const Cut> cuts, const ModelOptions& asked);

// Of a list's first ten places: Σ 1 / log2(place + 2) over the hits.
double discount_at(std::size_t place);
double ideal_gain(std::size_t relevant_count);

}  // namespace marquee
