// Every file under data/ is a list of requests with the answers they must get; see data/README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/durable_file.h"
#include "tests/unit/serving/api_fixture.h"

namespace marquee::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Case {
  std::string name;
  std::string place;  // file and line
  std::string method, target, type, body;
  int status = 0;
  std::string status_type;
  std::vector<std::string> exact, contains, lacks, headers;
};

// What stands after `prefix`, or null.
const char* after(const std::string& line, std::string_view prefix) {
  return line.starts_with(prefix) ? line.c_str() + prefix.size() : nullptr;
}

void read_line(const std::string& line, Case& c) {
  if (const char* rest = after(line, "type: "))
    c.type = rest;
  else if ((rest = after(line, "body: ")))
    c.body += rest;
  else if ((rest = after(line, "long body: ")))
    c.body.assign(std::stoul(rest), ' ');
  else if ((rest = after(line, "= ")))
    c.exact.emplace_back(rest);
  else if ((rest = after(line, "~ ")))
    c.contains.emplace_back(rest);
  else if ((rest = after(line, "! ")))
    c.lacks.emplace_back(rest);
  else if ((rest = after(line, "header: ")))
    c.headers.emplace_back(rest);
  else if (std::isdigit(static_cast<unsigned char>(line[0])) != 0) {
    c.status = std::stoi(line);
    c.status_type = line.substr(4);
  } else {
    c.method = line.substr(0, line.find(' '));
    c.target = line.substr(line.find(' ') + 1);
  }
}

std::vector<Case> read_cases(const std::string& file) {
  std::ifstream in(fmt::format("{}/{}", MARQUEE_TEST_DATA, file));
  std::vector<Case> cases;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != '[') {
      read_line(line, cases.back());
      continue;
    }
    cases.emplace_back().name = line;
    cases.back().place = fmt::format("{}:{}", file, number);
  }
  return cases;
}

Method method_of(const std::string& name) {
  if (name == "GET") return Method::kGet;
  if (name == "HEAD") return Method::kHead;
  return name == "POST" ? Method::kPost : Method::kOther;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += fmt::format("{}{}", text.empty() ? "" : "\n", line);
  return text;
}

void check(const Case& c, const Response& response) {
  SCOPED_TRACE(fmt::format("{} {}\n{}", c.place, c.name, response.body));
  EXPECT_EQ(response.status, c.status);
  EXPECT_EQ(response.content_type, c.status_type);
  if (!c.exact.empty()) {
    EXPECT_EQ(response.body, join(c.exact));
  }
  for (const auto& text : c.contains) EXPECT_THAT(response.body, HasSubstr(text));
  for (const auto& text : c.lacks) EXPECT_THAT(response.body, Not(HasSubstr(text)));
  for (const auto& wanted : c.headers) {
    const bool found = std::ranges::any_of(response.headers, [&](const auto& header) {
      return fmt::format("{}: {}", header.first, header.second) == wanted;
    });
    EXPECT_TRUE(found) << "no header " << wanted;
  }
}

void run_cases(ApiFixture& fixture, const std::string& file) {
  const auto cases = read_cases(file);
  ASSERT_FALSE(cases.empty()) << file;
  for (const Case& c : cases) {
    ASSERT_NE(c.status, 0) << c.place;
    check(c, fixture.ask({method_of(c.method), c.target, c.type, c.body}));
  }
}

TEST(ApiCases, WithAModel) {
  ApiFixture fixture;
  fixture.slot.set(served(fixed_model_data()));
  run_cases(fixture, "with_model.txt");
}

TEST(ApiCases, WrongRequests) {
  ApiFixture fixture;
  fixture.slot.set(served(fixed_model_data()));
  run_cases(fixture, "wrong_requests.txt");
}

TEST(ApiCases, WithoutAModel) {
  ApiFixture fixture;
  run_cases(fixture, "without_model.txt");
}

TEST(ApiCases, Events) {
  ApiFixture fixture;
  run_cases(fixture, "events.txt");
}

}  // namespace
}  // namespace marquee::serving
