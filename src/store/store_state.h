// What a RatingStore holds behind its header. Internal to store/.
#pragma once

#include "store/rating_store.h"

namespace marquee {

struct RatingStore::State {
  sqlite::Database database;
};

}  // namespace marquee
