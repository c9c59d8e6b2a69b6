#include "datasets/portable_random.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace marquee {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t state = a;
  state = splitmix(state) ^ b;
  return splitmix(state);
}

}  // namespace

PortableRandom::PortableRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  std::uint64_t state = mixed(mixed(seed, stream), index);
  for (auto& word : state_) word = splitmix(state);
}

std::uint64_t PortableRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint32_t PortableRandom::below(std::uint32_t bound) {
  return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
}

double PortableRandom::normal() {
  std::uint64_t sum = 0;  // of twelve 16-bit numbers
  for (int word = 0; word < 3; ++word) {
    const std::uint64_t bits = next();
    for (int shift = 0; shift < 64; shift += 16) sum += bits >> shift & 0xFFFF;
  }
  return (static_cast<double>(sum) + 6.0) * 0x1.0p-16 - 6.0;  // each stands for its middle
}

double portable_exp(double x) {
  constexpr double kLog2 = 0.69314718055994530942;
  x = std::clamp(x, -80.0, 80.0);
  const double whole = std::floor(x / kLog2 + 0.5);
  const double rest = x - whole * kLog2;  // within ±0.35
  double sum = 1;
  for (int n = 10; n >= 1; --n) sum = 1 + rest * sum / n;
  return std::ldexp(sum, static_cast<int>(whole));
}

}  // namespace marquee
