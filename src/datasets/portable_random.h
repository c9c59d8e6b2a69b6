// Random numbers and exp() that are the same on every machine and library. Internal to datasets.
//
// The standard's distributions and libm's last digits differ between libraries. Everything here is
// whole-number arithmetic, or + - * / on doubles, which IEEE 754 rounds alike everywhere as long as
// the compiler fuses nothing (-ffp-contract=off on the files that use it).
#pragma once

#include <array>
#include <cstdint>

namespace marquee {

// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018),
// seeded by splitmix64. For one thread.
class PortableRandom {
 public:
  // Streams with different (stream, index) are independent, so that items and users do not depend
  // on how many numbers another one drew.
  PortableRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t index = 0);

  std::uint64_t next();
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // in [0, 1)
  std::uint32_t below(std::uint32_t bound);  // in [0, bound); bound > 0
  double normal();  // mean 0, variance 1, within ±6: the sum of twelve uniforms

 private:
  std::array<std::uint64_t, 4> state_;
};

// e^x to about 1e-10 relative; x is clamped to [-80, 80].
double portable_exp(double x);

}  // namespace marquee
