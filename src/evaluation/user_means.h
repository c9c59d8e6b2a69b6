// Outcomes of users that are judged several times, as one outcome a user.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "evaluation/metrics.h"

namespace marquee {

// Holds a sum a user, however many outcomes are added. For one thread.
class UserMeans {
 public:
  void add(std::span<const UserOutcome> outcomes);
  // The mean of each user's outcomes, by ascending id: a user counts once however often judged.
  std::vector<UserOutcome> means() const;

 private:
  struct Sum {
    Figures figures{};
    double count = 0;
  };
  std::map<UserId, Sum> sums_;
};

}  // namespace marquee
