// Points in time: every form in exports, and texts that are no time.

#include "util/time.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace soulprint {
namespace {

constexpr std::int64_t kMorning = 1710928800000000;  // 2024-03-20T10:00:00Z

TEST(Time, ReadsIso8601) {
  EXPECT_EQ(ParseTime("2024-03-20T10:00:00Z"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20 10:00:00"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20t10:00z"), kMorning);
  EXPECT_EQ(ParseTime(" 2024-03-20T10:00:00.000 UTC\n"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20T12:30:00+02:30"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20T05:00:00-0500"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20 11:00:00+01"), kMorning);
  EXPECT_EQ(ParseTime("2024-03-20T10:00:00.5Z"), kMorning + 500000);
  EXPECT_EQ(ParseTime("2024-03-20T10:00:00,123456789Z"), kMorning + 123456);
  EXPECT_EQ(ParseTime("2024-03-20"), kMorning - 36000000000);
  EXPECT_EQ(ParseTime("1969-12-31T23:59:59Z"), -1000000);
}

TEST(Time, ReadsNumbersInTheUnitThatTheirSizeSays) {
  EXPECT_EQ(TimeFromNumber(1710928800), kMorning);
  EXPECT_EQ(TimeFromNumber(1710928800.25), kMorning + 250000);
  EXPECT_EQ(TimeFromNumber(1710928800123), kMorning + 123000);
  EXPECT_EQ(TimeFromNumber(1710928800123456), kMorning + 123456);
  EXPECT_EQ(TimeFromNumber(1710928800123456000), kMorning + 123456);
  EXPECT_EQ(TimeFromNumber(253402300799000), 253402300799000000) << "the last millisecond";
  EXPECT_EQ(TimeFromNumber(-1), -1000000);
  EXPECT_EQ(ParseTime("1710928800.25"), kMorning + 250000);
  EXPECT_EQ(ParseTime("1710928800000"), kMorning);
}

TEST(Time, WhatIsNoTimeIsUnknown) {
  for (const char* text : {"",
                           "now",
                           "-infinity",
                           "infinity",
                           "nan",
                           "null",
                           "2024-03",
                           "2024-13-01",
                           "2024-02-30",
                           "0000-01-01",
                           "0001-01-01T00:59:59+01:00",
                           "9999-12-31T23:00:00-01:00",
                           "9999-12-31T23:59:60Z",
                           "2024-03-20T",
                           "2024-03-20T10",
                           "2024-03-20T24:00",
                           "2024-03-20T10:60",
                           "2024-03-20T10:00:61",
                           "2024-03-20T10:00:00.",
                           "2024-03-20T10:00:00+",
                           "1e400",
                           "2024-03-20T10:00:00+1:00",
                           "2024-03-20T10:00:00+01:",
                           "2024-03-20T10:00:00Zx",
                           "17 March"}) {
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
  }
  EXPECT_EQ(TimeFromNumber(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
  EXPECT_EQ(TimeFromNumber(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(TimeFromNumber(1e300), std::nullopt);
}

TEST(Time, IsWrittenInUtc) {
  EXPECT_EQ(FormatDate(kMorning), "2024-03-20");
  EXPECT_EQ(FormatDate(std::nullopt), "unknown date");
  EXPECT_EQ(FormatDate(-1), "1969-12-31");
  EXPECT_EQ(FormatTime(kMorning), "2024-03-20T10:00:00Z");
  EXPECT_EQ(FormatTime(kMorning + 1500), "2024-03-20T10:00:00.001500Z");
  EXPECT_EQ(FormatTime(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(FormatTime(std::nullopt), "");
}

TEST(Time, SurvivesBeingWrittenAndReadAgain) {
  for (std::int64_t time : {kMorning, kMorning + 7, std::int64_t{-1}, std::int64_t{0}}) {
    EXPECT_EQ(ParseTime(FormatTime(time)), time);
  }
}

}  // namespace
}  // namespace soulprint
