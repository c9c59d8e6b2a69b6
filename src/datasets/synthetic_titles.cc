#include "datasets/synthetic_titles.h"

#include <array>
#include <string_view>

#include "datasets/taste.h"

namespace marquee {
namespace {

constexpr std::array<std::string_view, 40> kAdjectives = {
    "Silent",   "Broken",    "Golden",   "Hidden",   "Last",      "Burning", "Distant", "Crimson",
    "Gentle",   "Lost",      "Hollow",   "Restless", "Bitter",    "Frozen",  "Second",  "Wild",
    "Quiet",    "Paper",     "Electric", "Faithful", "Crooked",   "Endless", "Velvet",  "Northern",
    "Patient",  "Rusty",     "Secret",   "Shining",  "Sleepless", "Stolen",  "Tender",  "Twisted",
    "Unlikely", "Wandering", "Young",    "Ancient",  "Blue",      "Certain", "Early",   "Foreign"};

constexpr std::array<std::string_view, 32> kPlaces = {
    "Lisbon",     "Harlem",     "Vienna",   "the Valley", "Kyoto",     "the North", "Havana",
    "Bergen",     "the Hill",   "Odessa",   "Marseille",  "the Coast", "Denver",    "Cairo",
    "the Island", "Dublin",     "Prague",   "the Bay",    "Nairobi",   "Quito",     "the City",
    "Tromso",     "Naples",     "the Lake", "Boston",     "Seville",   "the East",  "Lagos",
    "Tulsa",      "the Border", "Gdansk",   "Perth"};

constexpr std::size_t kNounsPerGenre = 8;
using Nouns = std::array<std::string_view, kNounsPerGenre>;
// In the order of genres().
constexpr std::array<Nouns, kGenreCount> kNouns = {{
    {"Fist", "Chase", "Strike", "Engine", "Bullet", "Convoy", "Fury", "Pursuit"},
    {"Voyage", "Compass", "Jungle", "Expedition", "Treasure", "Summit", "River", "Map"},
    {"Fox", "Lantern", "Toymaker", "Dragonfly", "Puppet", "Acorn", "Penguin", "Crayon"},
    {"Kitten", "Playground", "Balloon", "Schoolyard", "Puppy", "Pony", "Sandcastle", "Bicycle"},
    {"Wedding", "Roommate", "Holiday", "Mishap", "Neighbour", "Cousin", "Landlord", "Butler"},
    {"Heist", "Alibi", "Gangster", "Witness", "Ransom", "Verdict", "Smuggler", "Informer"},
    {"Portrait", "Archive", "Harvest", "Glacier", "Orchestra", "Factory", "Migration", "Strikers"},
    {"Daughter", "Winter", "Letter", "Promise", "Orchard", "Silence", "Inheritance", "Harbour"},
    {"Kingdom", "Sorcerer", "Dragon", "Crown", "Oracle", "Enchanter", "Unicorn", "Spell"},
    {"Shadow", "Alley", "Cigarette", "Trenchcoat", "Nightclub", "Detective", "Fog", "Blackmail"},
    {"Cellar", "Scream", "Haunting", "Grave", "Phantom", "Curse", "Asylum", "Mask"},
    {"Melody", "Chorus", "Ballroom", "Serenade", "Tango", "Encore", "Stage", "Waltz"},
    {"Riddle", "Cipher", "Clue", "Disappearance", "Keyhole", "Manor", "Enigma", "Diary"},
    {"Kiss", "Heart", "Bride", "Sunset", "Rose", "Affair", "Valentine", "Longing"},
    {"Orbit", "Android", "Galaxy", "Signal", "Colony", "Starship", "Machine", "Paradox"},
    {"Conspiracy", "Hostage", "Fugitive", "Deadline", "Trap", "Stalker", "Betrayal", "Countdown"},
    {"Trench", "Battalion", "Regiment", "Armistice", "Soldier", "Siege", "Front", "Medal"},
    {"Sheriff", "Saddle", "Outlaw", "Canyon", "Saloon", "Rider", "Prairie", "Stagecoach"},
}};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, PortableRandom& random) {
  return words[random.below(N)];
}

}  // namespace

std::string make_title(std::size_t genre, PortableRandom& random) {
  const std::string noun(pick(kNouns[genre], random));
  const std::string adjective(pick(kAdjectives, random));
  const std::string place(pick(kPlaces, random));
  switch (random.below(4)) {
    case 0:
      return "The " + adjective + " " + noun;
    case 1:
      return adjective + " " + noun;
    case 2:
      return noun + " of " + place;
    default:
      return "The " + adjective + " " + noun + " of " + place;
  }
}

}  // namespace marquee
