// What a report shows.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

struct ReportFact {
  // Without its sources.  superseded_by is a place among Report::facts; nullopt also if the later
  // fact is not among them.
  Fact fact;
  bool holds = true;
  Time said;               // last
  std::int64_t times = 1;  // how often it was said
  std::string title = {};  // of the conversation in which it was said last, "" if that has none
  std::string notes = {};  // else the notes that say it, "" if a conversation does
};

// Conversations that began in a month.
struct ReportMonth {
  int month = 0;  // 12 × year + 0 … 11
  std::int64_t conversations = 0;
};

// The pass that made the profile.
struct ReportPass {
  std::int64_t conversations = 0;  // read by it
  std::int64_t sampled = 0;        // of these, at most
  double coverage = 1;             // share of the text that it read, 0 to 1
  double cost_usd = 0;
  Time ended;
};

struct Report {
  PublishedProfile profile;
  std::vector<ReportFact> facts;            // those to show
  std::int64_t facts_in_all = 0;            // with those that are not shown
  std::vector<ReportMonth> months;          // with conversations, oldest first
  std::int64_t undated = 0;                 // conversations of which nobody knows when they began
  std::int64_t unread = 0;                  // conversations that came after the pass
  std::optional<ReportPass> pass;           // nullopt if nobody knows
  double cost_usd = 0;                      // of everything that was ever asked about the user
  bool being_made = false;                  // a newer profile is
  std::optional<PublishedProfile> earlier;  // the profile before
  Time replaced;                            // when it was replaced
};

}  // namespace soulprint
