#include "model/content.h"

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <unordered_map>

namespace marquee {
namespace {

constexpr std::array<std::string_view, 20> kCommonWords = {
    "a",  "an", "and", "at",  "de", "der", "die", "for", "from", "il",
    "in", "la", "le",  "les", "of", "on",  "the", "to",  "with", "und"};

bool is_word_byte(unsigned char c) {
  return c >= 0x80 || std::isalnum(c) != 0;
}

void add_words(std::string_view text, const std::string& prefix, std::vector<std::string>& terms) {
  std::string word;
  const auto flush = [&] {
    if (word.size() > 1 && std::ranges::find(kCommonWords, word) == kCommonWords.end())
      terms.push_back(prefix + word);
    word.clear();
  };
  for (const char c : text) {
    if (is_word_byte(static_cast<unsigned char>(c)))
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c != '\'')
      flush();
  }
  flush();
}

// A title without its trailing "(1995)".
std::string_view without_year(std::string_view title) {
  const auto open = title.rfind(" (");
  const bool year =
      open != std::string_view::npos && title.size() - open == 7 && title.back() == ')';
  return year ? title.substr(0, open) : title;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

using TermLists = std::vector<std::vector<std::string>>;

TermLists terms_by_item(const InteractionMatrix& matrix, std::span<const Movie> catalogue) {
  TermLists lists(matrix.item_count());
  for (const Movie& movie : catalogue)
    if (const auto item = find_id(matrix.item_ids().span(), movie.id))
      lists[static_cast<std::size_t>(*item)] = terms_of(movie);
  return lists;
}

// Term → number of movies that have it, for terms of at least two.
std::map<std::string, int> shared_terms(const TermLists& lists) {
  std::map<std::string, int> counts;
  for (const auto& terms : lists)
    for (const std::string& term : terms) ++counts[term];
  std::erase_if(counts, [](const auto& entry) { return entry.second < 2; });
  return counts;
}

SparseRows tf_idf(const TermLists& lists, const std::map<std::string, int>& counts) {
  std::unordered_map<std::string_view, std::pair<std::int32_t, float>> column_of;
  for (const auto& [term, count] : counts) {
    const float idf =
        std::log((1.0f + static_cast<float>(lists.size())) / (1.0f + static_cast<float>(count))) +
        1.0f;
    column_of.emplace(term, std::pair(static_cast<std::int32_t>(column_of.size()), idf));
  }
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (const auto& terms : lists) {
    float square = 0;
    for (const std::string& term : terms) {
      const auto found = column_of.find(term);
      if (found == column_of.end()) continue;
      columns.push_back(found->second.first);
      values.push_back(found->second.second);
      square += values.back() * values.back();
    }
    for (auto k = static_cast<std::size_t>(offsets.back()); k < values.size(); ++k)
      values[k] /= std::sqrt(square);
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  return {std::move(offsets), std::move(columns), std::move(values)};
}

std::vector<float> column_means(const SparseRows& rows, std::size_t column_count) {
  std::vector<float> means(column_count);
  for (std::size_t k = 0; k < rows.columns.size(); ++k)
    means[static_cast<std::size_t>(rows.columns[k])] += rows.values[k];
  for (float& mean : means) mean /= static_cast<float>(std::max<std::size_t>(1, rows.rows()));
  return means;
}

void standardise(std::vector<float>& values) {
  if (values.empty()) return;
  double sum = 0, square = 0;
  for (const float x : values) sum += x;
  const double mean = sum / static_cast<double>(values.size());
  for (const float x : values) square += (x - mean) * (x - mean);
  const double deviation = std::sqrt(square / static_cast<double>(values.size()));
  for (float& x : values) x = deviation > 1e-12 ? static_cast<float>((x - mean) / deviation) : 0;
}

std::vector<float> interest_in(const SparseRows& grades_by_item) {
  std::vector<float> interest(grades_by_item.rows());
  for (std::size_t i = 0; i < interest.size(); ++i) {
    float sum = 0;
    for (const float value : grades_by_item.row(i).values) sum += std::max(0.0F, value);
    interest[i] = std::log1p(sum);
  }
  standardise(interest);
  return interest;
}

// Ridge regression by conjugate gradients on (TᵀT + λI) w = Tᵀy; returns T w.
std::vector<float> expected_interest(const SparseRows& vectors, std::size_t term_count,
                                     const std::vector<float>& interest) {
  constexpr double kRidge = 5;  // in movies: a term needs about that many before it is believed
  using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
  std::vector<float> expected(vectors.rows());
  if (term_count == 0) return expected;
  std::vector<Eigen::Triplet<double>> entries;
  for (std::size_t i = 0; i < vectors.rows(); ++i) {
    const auto row = vectors.row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k)
      entries.emplace_back(static_cast<int>(i), row.columns[k], row.values[k]);
  }
  Matrix terms(static_cast<Eigen::Index>(vectors.rows()), static_cast<Eigen::Index>(term_count));
  terms.setFromTriplets(entries.begin(), entries.end());
  Eigen::VectorXd wanted(static_cast<Eigen::Index>(interest.size()));
  for (std::size_t i = 0; i < interest.size(); ++i)
    wanted[static_cast<Eigen::Index>(i)] = interest[i];
  Matrix normal = Matrix(terms.transpose()) * terms;
  Matrix identity(normal.rows(), normal.cols());
  identity.setIdentity();
  normal += kRidge * identity;
  Eigen::ConjugateGradient<Matrix, Eigen::Lower | Eigen::Upper> solver;
  solver.setMaxIterations(200);
  solver.setTolerance(1e-6);
  solver.compute(normal);
  const Eigen::VectorXd fitted = terms * solver.solve(terms.transpose() * wanted);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = static_cast<float>(fitted[static_cast<Eigen::Index>(i)]);
  standardise(expected);
  return expected;
}

}  // namespace

std::vector<std::string> terms_of(const Movie& movie) {
  std::vector<std::string> terms;
  for (const std::string& genre : movie.genres) terms.push_back("genre:" + genre);
  for (const std::string& tag : movie.tags) terms.push_back("tag:" + lower(tag));
  add_words(without_year(movie.title), "title:", terms);
  if (movie.year > 0) {
    terms.push_back("year:" + std::to_string(movie.year));
    terms.push_back("decade:" + std::to_string(movie.year / 10 * 10));
  }
  std::ranges::sort(terms);
  const auto tail = std::ranges::unique(terms);
  terms.erase(tail.begin(), tail.end());
  return terms;
}

TextPool make_text_pool(std::span<const std::string> texts) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::uint8_t> bytes;
  for (const std::string& text : texts) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  return {std::move(offsets), std::move(bytes)};
}

Content fit_content(const InteractionMatrix& matrix, const Grades& grades,
                    std::span<const Movie> catalogue) {
  const TermLists lists = terms_by_item(matrix, catalogue);
  const auto counts = shared_terms(lists);
  std::vector<std::string> names;
  for (const auto& [term, count] : counts) names.push_back(term);
  Content content;
  content.vectors = tf_idf(lists, counts);
  content.terms = make_text_pool(names);
  content.mean = column_means(content.vectors, names.size());
  content.prior = expected_interest(content.vectors, names.size(), interest_in(grades.by_item));
  return content;
}

}  // namespace marquee
