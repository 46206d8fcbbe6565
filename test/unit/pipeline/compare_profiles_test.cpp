#include "pipeline/compare_profiles.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace soulprint {
namespace {

PublishedProfile Remembering(std::string memory_md) {
  PublishedProfile profile;
  profile.memory_md = std::move(memory_md);
  return profile;
}

PublishedProfile Describing(std::string soul) {
  PublishedProfile profile;
  profile.sections[0] = std::move(soul);
  return profile;
}

// "memory -Likes tea\nmemory +Likes coffee\n"
std::string Difference(const PublishedProfile& earlier, const PublishedProfile& later) {
  std::string text;
  for (const ChangedLine& change : CompareProfiles(earlier, later)) {
    text.append(change.part).append(change.added ? " +" : " -").append(change.line).append("\n");
  }
  return text;
}

TEST(CompareProfiles, EqualOnesHaveNoDifference) {
  EXPECT_EQ(Difference({}, {}), "");
  EXPECT_EQ(Difference(Remembering("a\nb"), Remembering("a\nb")), "");
  EXPECT_EQ(Difference(Remembering("\n a \n\nb"), Remembering("a\n\n\nb  \n")), "");
  EXPECT_EQ(Difference(Remembering(""), {}), "");
}

TEST(CompareProfiles, WhatWasRemovedStandsBeforeWhatTookItsPlace) {
  EXPECT_EQ(Difference(Remembering("## A\n- one\n- two\n## B\n- three\n- four"),
                       Remembering("## A\n- new\n- two\n## B\n- other\n- four\n- five")),
            "memory -- one\nmemory +- new\nmemory -- three\nmemory +- other\nmemory +- five\n");
  EXPECT_EQ(Difference(Remembering("first\nlast"), Remembering("last")), "memory -first\n");
}

TEST(CompareProfiles, AFirstAndALastProfile) {
  EXPECT_EQ(Difference({}, Remembering("a\nb")), "memory +a\nmemory +b\n");
  EXPECT_EQ(Difference(Remembering("a\nb"), {}), "memory -a\nmemory -b\n");
}

TEST(CompareProfiles, ALineThatMovedIsNoChange) {
  EXPECT_EQ(Difference(Remembering("a\nb\nc"), Remembering("c\na\nb")), "");
  EXPECT_EQ(Difference(Remembering("a\nx\nb"), Remembering("b\na\ny")), "memory -x\nmemory +y\n");
}

TEST(CompareProfiles, EqualLinesCountEach) {
  EXPECT_EQ(Difference(Remembering("a\na\nb"), Remembering("a\nb")), "memory -a\n");
  EXPECT_EQ(Difference(Remembering("a\nb"), Remembering("a\nb\na")), "memory +a\n");
}

TEST(CompareProfiles, FieldsAndListItemsOfSections) {
  EXPECT_EQ(Difference(Describing(R"({"tone":"dry","traits":["calm","shy"],"humor":"none"})"),
                       Describing(R"({"tone":"warm","traits":["calm","bold"],"humor":"some"})")),
            "soul -tone: dry\nsoul +tone: warm\n"
            "soul -traits: shy\nsoul +traits: bold\n"
            "soul -humor: none\nsoul +humor: some\n");
}

TEST(CompareProfiles, AFieldThatIsNewOrGone) {
  EXPECT_EQ(Difference(Describing(R"({"tone":"dry","old":["a","b"]})"),
                       Describing(R"({"new":{"x":1},"tone":"dry","empty":"","none":[]})")),
            "soul +new: {\"x\":1}\nsoul -old: a\nsoul -old: b\n");
}

// A value must not be taken for the name of a field.
TEST(CompareProfiles, ANameIsNoLine) {
  EXPECT_EQ(Difference(Describing("tone"), Describing(R"({"tone":"dry"})")),
            "soul -tone\nsoul +tone: dry\n");
}

TEST(CompareProfiles, SectionsThatAreNoJson) {
  EXPECT_EQ(Difference(Describing("# Calm\nDry"), Describing("# Calm\nWarm")),
            "soul -Dry\nsoul +Warm\n");
}

TEST(CompareProfiles, PartsInTheOrderOfTheProfile) {
  PublishedProfile later = Remembering("m");
  for (auto& section : later.sections) section = R"({"f":"v"})";
  EXPECT_EQ(Difference({}, later),
            "memory +m\nsoul +f: v\nidentity +f: v\nuser +f: v\nagents +f: v\ntools +f: v\n");
}

TEST(CompareProfiles, IsLinear) {
  std::string earlier;
  std::string later;
  for (int i = 0; i < 100000; ++i) {
    earlier += "line " + std::to_string(i) + "\n";
    later += "line " + std::to_string(100000 - i) + "\n";
  }
  EXPECT_EQ(Difference(Remembering(earlier), Remembering(later)),
            "memory -line 0\nmemory +line 100000\n");
}

}  // namespace
}  // namespace soulprint
