// Times as Takeout prints them, in the language of the account.

#include "export/local_time.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace soulprint {
namespace {

std::string Read(std::string_view line) {
  const LocalTime time = ReadLocalTime(line);
  if (!time.found) return "no time";
  return time.at ? FormatTime(time.at) : "unknown";
}

TEST(LocalTime, ReadsTheDateOfManyLanguages) {
  for (const char* line : {"Jan 5, 2026, 9:00:00 AM UTC",
                           "Jan 5, 2026, 9:00:00\u202FAM UTC",
                           "Jan 5, 2026, 9:00:00\u00A0AM UTC",
                           "January 5, 2026 at 9:00:00 AM UTC",
                           "5 Jan 2026, 09:00:00 UTC",
                           "05.01.2026, 09:00:00 UTC",
                           "5. 1. 2026 9:00:00 UTC",
                           "5.1.2026 klo 9.00.00 UTC",
                           "2026/01/05 9:00:00 UTC",
                           "2026-01-05 09:00:00 UTC",
                           "05/01/2026, 09:00:00 UTC",
                           "5 janv. 2026, 09:00:00 UTC",
                           "5 janv. 2026, 09 h 00 min 00 s UTC",
                           "5 ene 2026, 9:00:00 UTC",
                           "5 ene 2026, 9:00:00 a.\u00A0m. UTC",
                           "5 de jan. de 2026, 09:00:00 UTC",
                           "5 gen 2026, 09:00:00 UTC",
                           "5 jan 2026 09:00:00 UTC",
                           "5. jan. 2026 09.00.00 UTC",
                           "5 янв. 2026 г., 09:00:00 UTC",
                           "5 січ. 2026 р., 09:00:00 UTC",
                           "5 sty 2026, 09:00:00 UTC",
                           "5 Oca 2026 09:00:00 UTC",
                           "2026. jan. 5. 9:00:00 UTC",
                           "5 Ιαν 2026, 9:00:00 π.μ. UTC",
                           "09:00:00 UTC 5 thg 1, 2026",
                           "2026年1月5日 09:00:00 UTC",
                           "2026年1月5日 上午9:00:00 UTC",
                           "2026. 1. 5. 오전 9:00:00 UTC",
                           "\u200F٠٥\u200F/٠١\u200F/٢٠٢٦ ٩:٠٠:٠٠ ص UTC",
                           "5 जन॰ 2026, 9:00:00 am UTC",
                           "5 ม.ค. 2569 09:00:00 UTC",
                           "5 בינו׳ 2026, 9:00:00 UTC"}) {
    EXPECT_EQ(Read(line), "2026-01-05T09:00:00Z") << line;
  }
}

TEST(LocalTime, EachMonthHasItsNames) {
  const auto month = [](const std::string& name) {
    return Read("5 " + name + " 2026, 09:00:00 UTC").substr(0, 7);
  };
  const std::vector<std::vector<const char*>> names = {
      {"Jan", "janv.", "Jänner", "ene", "gen", "ian.", "янв."},
      {"Feb.", "févr.", "fev.", "Şub", "фев.", "lut"},
      {"Mar", "März", "mars", "mrt", "márc.", "мар.", "берез."},
      {"Apr", "avr.", "abr.", "Nis", "апр.", "kwi"},
      {"May", "Mai", "maj", "mei", "mag", "мая", "трав."},
      {"June", "Juni", "juin", "giu", "Haz", "июн.", "cze"},
      {"Jul", "juil.", "lug", "Tem", "июл.", "lip", "лип."},
      {"Aug", "août", "ago", "Ağu", "авг.", "sie"},
      {"Sept", "Sep", "set.", "Eyl", "сент.", "wrz"},
      {"Oct", "Okt.", "out.", "ott", "Eki", "paź"},
      {"Nov", "nov.", "Kas", "нояб.", "лист.", "lis"},
      {"Dec", "Dez.", "déc.", "dic", "Ara", "дек.", "gru"}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const char* name : names[i]) {
      EXPECT_EQ(month(name), std::string("2026-") + (i < 9 ? "0" : "") + std::to_string(i + 1))
          << name;
    }
  }
  EXPECT_EQ(Read("5. lip 2026. 09:00:00 UTC"), "2026-06-05T09:00:00Z");
  EXPECT_EQ(Read("5. lis 2026. 09:00:00 UTC"), "2026-10-05T09:00:00Z");
}

TEST(LocalTime, ReadsTheZone) {
  EXPECT_EQ(Read("Jan 5, 2026, 9:00:00 AM CET"), "2026-01-05T08:00:00Z");
  EXPECT_EQ(Read("05.07.2026, 09:00:00 MESZ"), "2026-07-05T07:00:00Z");
  EXPECT_EQ(Read("2026/01/05 9:00:00 JST"), "2026-01-05T00:00:00Z");
  EXPECT_EQ(Read("5 janv. 2026, 09:00:00 UTC+01:00"), "2026-01-05T08:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00 GMT+1"), "2026-01-05T08:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00 GMT-03:00"), "2026-01-05T12:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00 UTC\u22123"), "2026-01-05T12:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00 +0530"), "2026-01-05T03:30:00Z");
  EXPECT_EQ(Read("Jan 5, 2026, 9:00:00 PM PST"), "2026-01-06T05:00:00Z");
  EXPECT_EQ(Read("Jan 5, 2026, 9:00:00 AM IST"), "2026-01-05T03:30:00Z");
  EXPECT_EQ(Read("Jan 5, 2026, 9:00:00 AM CST"), "2026-01-05T15:00:00Z");
  EXPECT_EQ(Read("2026年1月5日 09:00:00 CST"), "2026-01-05T01:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00"), "2026-01-05T09:00:00Z");
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00 XYZT"), "2026-01-05T09:00:00Z");
  EXPECT_EQ(Read("09:00:00, 05-01-2026"), "2026-01-05T09:00:00Z");
}

TEST(LocalTime, ReadsTheHalfOfTheDay) {
  EXPECT_EQ(Read("Jan 5, 2026, 12:00:00 AM"), "2026-01-05T00:00:00Z");
  EXPECT_EQ(Read("Jan 5, 2026, 12:00:00 PM"), "2026-01-05T12:00:00Z");
  EXPECT_EQ(Read("5 ene 2026, 9:00:00 p. m."), "2026-01-05T21:00:00Z");
  EXPECT_EQ(Read("2026年1月5日 下午9:00:00"), "2026-01-05T21:00:00Z");
  EXPECT_EQ(Read("2026. 1. 5. 오후 9:00:00"), "2026-01-05T21:00:00Z");
}

TEST(LocalTime, OfTwoNumbersTheDayComesFirst) {
  EXPECT_EQ(Read("02/03/2026 09:00:00"), "2026-03-02T09:00:00Z");
  EXPECT_EQ(Read("02/13/2026 09:00:00"), "2026-02-13T09:00:00Z");
  EXPECT_EQ(FormatTime(ReadLocalTime("2/3/2026 9:00:00 PM +00:00", true).at),
            "2026-02-03T21:00:00Z");
  EXPECT_EQ(FormatTime(ReadLocalTime("13/3/2026 9:00:00", true).at), "2026-03-13T09:00:00Z");
}

TEST(LocalTime, WhatItCannotReadIsUnknown) {
  EXPECT_EQ(Read("۱۵ دی ۱۴۰۴، ۹:۰۰:۰۰"), "unknown");
  EXPECT_EQ(Read("5 qqq 2026, 09:00:00"), "unknown");
  EXPECT_EQ(Read("31 Feb 2026, 09:00:00"), "unknown");
  EXPECT_EQ(Read("5 Jan 1926, 09:00:00"), "unknown");
  EXPECT_EQ(Read("1 Jan 1970, 00:00:00"), "unknown");
}

TEST(LocalTime, ASentenceIsNone) {
  for (const char* line :
       {"", "5 Jan 2026", "09:00:00", "5 Jan 2026, 09:00", "25:00:00 5 Jan 2026",
        "The train of 5 Jan 2026, 09:00:00 was late again and nobody knew",
        "5 Jan 2026 2027 09:00:00 1 2", "12345 Jan 5 09:00:00", "1.2.3", "a:b:c"}) {
    EXPECT_EQ(Read(line), "no time") << line;
  }
  EXPECT_EQ(Read("5 Jan 2026, 09:00:00" + std::string(200, ' ')), "no time");
}

}  // namespace
}  // namespace soulprint
