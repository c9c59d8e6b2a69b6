// The query of a request for a list: how long it is to be, and what may be in it.
#pragma once

#include "model/list_rules.h"
#include "serving/problem.h"
#include "serving/target.h"

namespace marquee::serving {

struct ListQuery {
  int top_n = 20;
  bool include_rated = false;  // seen=include
  ListRules rules;             // exclude, genres, exclude_genres, min_year
};

// top_n alone, from 1 to 100; `absent` where the query does not have it.
Answer<int> read_top_n(const Target& target, int absent);

// The whole query. A value that cannot be read is refused and named; parameters of other names are
// passed over.
Answer<ListQuery> read_list_query(const Target& target, int absent_top_n);

}  // namespace marquee::serving
