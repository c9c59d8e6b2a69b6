// Movie titles made of words that fit their genre. Internal to datasets.
#pragma once

#include <string>

#include "datasets/portable_random.h"

namespace marquee {

// "The Silent Harbour", without the year. Titles may repeat. `genre` is an index into genres().
std::string make_title(std::size_t genre, PortableRandom& random);

}  // namespace marquee
