#include "cli/lake_text.h"

#include <fmt/format.h>

#include "core/text_table.h"

namespace marquee::cli {
namespace {

using nlohmann::json;
using enum TextTable::Align;

constexpr std::size_t kGapsShown = 5;

std::string kind_of(const BronzeContents& entry) {
  return entry.dead_letters ? "dead letters" : "events";
}

std::string verdict_of(const PartitionCheck& check) {
  if (!check.is_expected) return "nothing known of what should be there";
  if (!check.is_complete) return "LOST";
  return check.missing == 0 ? "complete" : "complete, as far as its gaps are lines passed over";
}

std::string gaps_text(const PartitionCheck& check) {
  std::string text;
  for (std::size_t k = 0; k < std::min(kGapsShown, check.gaps.size()); ++k)
    text += fmt::format("  {}/{}: nothing for offsets {} to {}\n", check.partition.topic,
                        check.partition.partition, check.gaps[k].first, check.gaps[k].end - 1);
  if (check.gaps.size() > kGapsShown) text += "  … and more; --json tells the first 100\n";
  return text;
}

}  // namespace

json contents_json(const std::vector<BronzeContents>& contents) {
  json listed = json::array();
  for (const BronzeContents& entry : contents) {
    listed.push_back({{"kind", entry.dead_letters ? "dead_letters" : "events"},
                      {"topic", entry.partition.topic},
                      {"partition", entry.partition.partition},
                      {"objects", entry.objects},
                      {"bytes", entry.bytes},
                      {"first_offset", entry.first},
                      {"last_offset", entry.last},
                      {"first_date", entry.first_date},
                      {"last_date", entry.last_date}});
    if (entry.events) listed.back()["events"] = *entry.events;
  }
  return listed;
}

std::string contents_text(const std::vector<BronzeContents>& contents) {
  if (contents.empty()) return "Bronze is empty.\n";
  TextTable table({{"topic"},
                   {"partition", kRight},
                   {"holds"},
                   {"objects", kRight},
                   {"bytes", kRight},
                   {"offsets", kRight},
                   {"events", kRight},
                   {"dates"}});
  for (const BronzeContents& entry : contents)
    table.add({printable(entry.partition.topic), fmt::to_string(entry.partition.partition),
               kind_of(entry), fmt::to_string(entry.objects), fmt::to_string(entry.bytes),
               fmt::format("{}-{}", entry.first, entry.last),
               entry.events ? fmt::to_string(*entry.events) : "?",
               entry.first_date == entry.last_date
                   ? entry.first_date
                   : fmt::format("{} to {}", entry.first_date, entry.last_date)});
  return table.text();
}

json check_json(const BronzeCheck& check) {
  json partitions = json::array();
  for (const PartitionCheck& entry : check.partitions) {
    json gaps = json::array();
    for (const OffsetGap& gap : entry.gaps)
      gaps.push_back({{"first", gap.first}, {"end", gap.end}});
    partitions.push_back({{"topic", entry.partition.topic},
                          {"partition", entry.partition.partition},
                          {"events", entry.events},
                          {"dead_letters", entry.dead_letters},
                          {"forgotten", entry.forgotten},
                          {"repeats", entry.repeats},
                          {"in_both", entry.in_both},
                          {"uncommitted", entry.uncommitted},
                          {"missing", entry.missing},
                          {"first_gaps", gaps},
                          {"expected", entry.is_expected},
                          {"complete", entry.is_complete}});
  }
  return {{"complete", check.is_complete()}, {"partitions", partitions}};
}

std::string check_text(const BronzeCheck& check) {
  if (check.partitions.empty()) return "Bronze is empty, and nothing should be there.\n";
  TextTable table({{"topic"},
                   {"partition", kRight},
                   {"events", kRight},
                   {"dead letters", kRight},
                   {"forgotten", kRight},
                   {"repeats", kRight},
                   {"uncommitted", kRight},
                   {"missing", kRight},
                   {"verdict", TextTable::Align::kLeft, 60}});
  std::string gaps;
  for (const PartitionCheck& entry : check.partitions) {
    table.add({printable(entry.partition.topic), fmt::to_string(entry.partition.partition),
               fmt::to_string(entry.events), fmt::to_string(entry.dead_letters),
               fmt::to_string(entry.forgotten), fmt::to_string(entry.repeats),
               fmt::to_string(entry.uncommitted), fmt::to_string(entry.missing),
               verdict_of(entry)});
    gaps += gaps_text(entry);
  }
  return table.text() + gaps;
}

}  // namespace marquee::cli
