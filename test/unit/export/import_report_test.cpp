// Reports of several files become one.

#include "export/import_report.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

TEST(ImportReport, AddsWhatWasFoundLater) {
  ImportReport report;
  for (int file = 1; file <= 2; ++file) {
    ImportReport later;
    later.found = 8;
    later.conversations = 1;
    later.skipped = {{"too large", 2}, {std::to_string(file), 1}};
    later.hidden = {{"tool call", 3}, {std::to_string(file), 1}};
    later.skipped_ids = {"id" + std::to_string(file)};
    later.notes = {{"saved memories", "note " + std::to_string(file), file}};
    later.memories = 4;
    later.replaced_characters = 5;
    later.rejection = {"file " + std::to_string(file), "hint"};
    later.unordered = 6;
    report.Add(later);
  }
  using Counts = std::map<std::string, std::size_t>;
  EXPECT_EQ(report.found, 16u);
  EXPECT_EQ(report.conversations, 2u);
  EXPECT_EQ(report.skipped, (Counts{{"too large", 4}, {"1", 1}, {"2", 1}}));
  EXPECT_EQ(report.hidden, (Counts{{"tool call", 6}, {"1", 1}, {"2", 1}}));
  EXPECT_EQ(report.skipped_ids, (std::vector<std::string>{"id1", "id2"}));
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(report.notes[0].text, "note 2");
  EXPECT_EQ(report.memories, 8u);
  EXPECT_EQ(report.replaced_characters, 10u);
  EXPECT_EQ(report.rejection.what, "file 1");
  EXPECT_EQ(report.unordered, 12u);
}

TEST(ImportReport, StaysSmall) {
  ImportReport report;
  for (int file = 0; file < 2; ++file) {
    ImportReport later;
    for (int i = 0; i < 60; ++i) {
      later.CountHidden(std::to_string(100 * file + i));
      later.skipped_ids.push_back(std::to_string(i));
    }
    report.Add(later);
  }
  EXPECT_EQ(report.hidden.size(), 65u);
  EXPECT_EQ(report.hidden["other"], 56u);
  EXPECT_EQ(report.hidden["103"], 1u);
  report.CountHidden("103");
  EXPECT_EQ(report.hidden["103"], 2u);
  EXPECT_EQ(report.skipped_ids.size(), kSkippedIds);
}

TEST(ImportReport, SaysWhetherAnythingWasFound) {
  ImportReport report;
  EXPECT_TRUE(report.FoundNothing());
  report.found = 2;
  report.skipped[kNoConversation] = 2;
  EXPECT_TRUE(report.FoundNothing());
  report.memories = 1;
  EXPECT_FALSE(report.FoundNothing());
  report.memories = 0;
  report.found = 3;
  EXPECT_FALSE(report.FoundNothing());
}

}  // namespace
}  // namespace soulprint
