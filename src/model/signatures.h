// Numbers that stand for users and items by what was rated, not by their ids: wherever training
// needs chance (first values of factors, who is held out), it draws from these, so that renaming
// users or movies changes nothing but names.
#pragma once

#include <cstdint>
#include <vector>

#include "model/interaction_matrix.h"

namespace marquee {

struct Signatures {
  std::vector<std::uint64_t> users;
  std::vector<std::uint64_t> items;
};

// Two rounds of the colour refinement of Weisfeiler and Leman (1968) over the graph of ratings: a
// user's signature is a hash of the multiset of what was rated and how, an item's of who rated it
// and how. Users (items) that nothing tells apart have the same.
Signatures signatures_of(const InteractionMatrix& matrix);

// A well-mixed 64-bit hash (the finaliser of splitmix64, Steele et al., 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace marquee
