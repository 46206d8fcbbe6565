// Splitting a JSON file into records, with pushes of every size.

#include "export/splitter.hpp"

#include <gtest/gtest.h>

#include "util/error.hpp"

namespace soulprint {
namespace {

struct Cut {
  std::vector<std::string> records;
  std::vector<RecordSplitter::Kind> kinds;
  std::string tail;
};

Cut CutUp(std::string_view file, std::size_t step = 1 << 20, std::size_t max_bytes = 1 << 20) {
  Cut cut;
  RecordSplitter records(max_bytes, [&](RecordSplitter::Record record) {
    cut.records.push_back(record.json);
    cut.kinds.push_back(record.kind);
    cut.tail = record.tail;
  });
  for (std::size_t at = 0; at < file.size(); at += step) records.Push(file.substr(at, step));
  records.Finish();
  return cut;
}

std::string MessageOf(std::string_view file, std::size_t step = 1 << 20) {
  try {
    CutUp(file, step);
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_FALSE(error.hint().empty());
    return std::string(error.what()) + "|" + error.detail();
  }
  return "";
}

using Records = std::vector<std::string>;

TEST(RecordSplitter, EveryPushSizeGivesTheSameRecords) {
  const std::string file =
      "\xEF\xBB\xBF \r\n[ {\"a\": \"x]}\\\"{[\\\\\"},\r\n{\"b\":[[{}],\"\\\\\\\"\"]} ,"
      "{\"c\":\"\\u005c\\\\\"}]\n";
  const Records expected = {"{\"a\": \"x]}\\\"{[\\\\\"}", "{\"b\":[[{}],\"\\\\\\\"\"]}",
                            "{\"c\":\"\\u005c\\\\\"}"};
  for (std::size_t step = 1; step <= file.size(); ++step) {
    EXPECT_EQ(CutUp(file, step).records, expected) << step;
  }
}

TEST(RecordSplitter, FindsTheListUnderItsKeyWhateverStandsAround) {
  const std::string file =
      R"({"conversation":[1],"version":"conversations","x":{"conversations":[{"no":1}]},)"
      R"("conversations":[{"a":1},{"b":2}],"more":[{"c":3}],"end":"]}"})";
  for (std::size_t step = 1; step <= file.size(); ++step) {
    EXPECT_EQ(CutUp(file, step).records, (Records{R"({"a":1})", R"({"b":2})"})) << step;
  }
}

TEST(RecordSplitter, AnyOtherObjectIsOneRecord) {
  const std::string file = R"({"mapping":{"a":[{}]},"conversations":null,"t":"}"})";
  for (std::size_t step = 1; step <= file.size(); ++step) {
    const Cut cut = CutUp(file, step);
    EXPECT_EQ(cut.records, Records{file});
    EXPECT_EQ(cut.kinds[0], RecordSplitter::Kind::kWhole);
  }
}

using Kinds = std::vector<RecordSplitter::Kind>;

TEST(RecordSplitter, ObjectsOneAfterTheOtherAreRecords) {
  const Records expected = {R"({"a":"}{"})", R"({"b":{"conversations":[{}]}})", "{}"};
  const Kinds elements(3, RecordSplitter::Kind::kElement);
  for (const std::string& file :
       {" " + expected[0] + "\r\n" + expected[1] + "\n\n" + expected[2] + "\n",
        expected[0] + expected[1] + expected[2]}) {
    for (std::size_t step = 1; step <= file.size(); ++step) {
      const Cut cut = CutUp(file, step);
      EXPECT_EQ(cut.records, expected) << step;
      EXPECT_EQ(cut.kinds, elements);
    }
  }
}

TEST(RecordSplitter, EachOfSeveralObjectsMayHaveAList) {
  using enum RecordSplitter::Kind;
  const std::string file =
      R"({"conversations":[{"a":1},2],"n":1} {"b":[]} {"n":1,"conversations":[3]}{"c":0})";
  for (std::size_t step = 1; step <= file.size(); ++step) {
    const Cut cut = CutUp(file, step);
    EXPECT_EQ(cut.records, (Records{R"({"a":1})", "", "", R"({"b":[]})", "", "", R"({"c":0})"}));
    EXPECT_EQ(cut.kinds,
              (Kinds{kElement, kNoObject, kEndOfList, kElement, kNoObject, kEndOfList, kElement}));
  }
}

TEST(RecordSplitter, EachOfSeveralObjectsHasTheWholeRoom) {
  const std::string large = R"({"t":")" + std::string(100000, 'x') + R"("})";
  for (const std::string& file : {large + "{}" + large, "{}" + large + "\n{}"}) {
    for (std::size_t step : {1000u, 1000000u}) {
      const Cut cut = CutUp(file, step, 50000);
      ASSERT_EQ(cut.kinds.size(), 3u);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(cut.kinds[i], cut.records[i] == "{}" ? RecordSplitter::Kind::kElement
                                                       : RecordSplitter::Kind::kTooLarge);
      }
    }
  }
}

TEST(RecordSplitter, ElementsThatAreNoObjectsAreCounted) {
  const Cut cut = CutUp(R"([null, 12,"a,]b",[1], true])", 3);
  EXPECT_EQ(cut.kinds.size(), 5u);
  EXPECT_EQ(cut.records[3], "[1]");
}

TEST(RecordSplitter, KeepsOnlyTheEndsOfARecordThatIsTooLarge) {
  const std::string large = R"({"id":"big","t":")" + std::string(100000, 'x') + R"(","z":1})";
  for (std::size_t step : {1000u, 50000u, 1000000u}) {
    const Cut cut = CutUp("[{\"a\":1}," + large + ",{\"b\":2}]", step, 50000);
    ASSERT_EQ(cut.records.size(), 3u);
    EXPECT_EQ(cut.kinds[1], RecordSplitter::Kind::kTooLarge);
    EXPECT_EQ(cut.records[1], large.substr(0, cut.records[1].size()));
    EXPECT_LE(cut.records[1].size(), 5000u);
    EXPECT_EQ(cut.records[2], "{\"b\":2}");
  }
}

TEST(RecordSplitter, AStringOfHalfTheSizeIsTooLarge) {
  const std::string half(2000, 'x');
  const std::string large = "{\"t\":\"" + half + "x\",\"u\":\"" + half.substr(1) + "\"}";
  for (std::size_t step : {1u, 1999u, 1000000u}) {
    const Cut cut = CutUp(
        "[\"" + large.substr(6, 2001) + "\",{\"t\":\"" + half + "\"}," + large + ",{\"b\":2}]",
        step, 4000);
    EXPECT_EQ(cut.kinds, (Kinds{RecordSplitter::Kind::kNoObject, RecordSplitter::Kind::kElement,
                                RecordSplitter::Kind::kTooLarge, RecordSplitter::Kind::kElement}));
    EXPECT_EQ(cut.records[2],
              large);  // as long as the kept beginning of a record that is too large
  }
}

TEST(RecordSplitter, DeepNestingCostsNoStack) {
  const std::string deep = std::string(500000, '[') + std::string(500000, ']');
  EXPECT_EQ(CutUp("[" + deep + "]").records, Records{deep});
}

TEST(RecordSplitter, AnEmptyListHasNoRecords) {
  EXPECT_TRUE(CutUp("[]").records.empty());
  EXPECT_TRUE(CutUp("{\"conversations\":[ ]}").records.empty());
}

TEST(RecordSplitter, SaysWhatAFileIsThatIsNoJson) {
  for (std::size_t step : {1u, 100u}) {
    EXPECT_NE(MessageOf("%PDF-1.7 ...", step).find("a PDF document"), std::string::npos);
    EXPECT_NE(MessageOf("<!DOCTYPE html>", step).find("an HTML or XML page"), std::string::npos);
    EXPECT_NE(MessageOf("12", step).find("a number"), std::string::npos);
    EXPECT_NE(MessageOf("7z\xBC\xAF\x27\x1C", step).find("a 7z archive"), std::string::npos);
    EXPECT_NE(MessageOf("7z", step).find("a number"), std::string::npos);
    EXPECT_NE(MessageOf("Rar!\x1A\x07\x01", step).find("a RAR archive"), std::string::npos);
    EXPECT_NE(MessageOf("\"text\"", step).find("a JSON string"), std::string::npos);
    EXPECT_NE(MessageOf("null", step).find("a JSON literal"), std::string::npos);
    EXPECT_NE(MessageOf("\xFF\xFE[", step).find("UTF-16"), std::string::npos);
    EXPECT_NE(MessageOf("\x7F"
                        "ELF\x02\x01",
                        step)
                  .find("a binary file"),
              std::string::npos);
    EXPECT_NE(MessageOf("Dear all", step).find("It starts with \"Dear all\""), std::string::npos);
    EXPECT_NE(MessageOf("", step).find("export is empty"), std::string::npos);
    EXPECT_NE(MessageOf("\xEF\xBB\xBF \n", step).find("export is empty"), std::string::npos);
  }
}

TEST(RecordSplitter, AFileThatIsCutOffIsAnError) {
  for (const char* file :
       {"[", "[{\"a\":1}", "[{\"a\":1},", "[{\"a\":\"x", "{\"conversations\":[",
        "{\"conversations\":[{}]", "{\"a\":1", "[\"a]", "{}{", "{}\n{\"conversations\":[]"}) {
    EXPECT_NE(MessageOf(file).find("unexpected end of export"), std::string::npos) << file;
  }
  std::size_t given = 0;
  RecordSplitter records(100, [&](const RecordSplitter::Record&) { ++given; });
  records.Push("{}\n{");
  EXPECT_THROW(records.Finish(), Error);
  EXPECT_EQ(given, 1u);
}

TEST(RecordSplitter, MoreTextAfterTheEndIsAnError) {
  for (const char* file : {"[]]", "[]{}", "{}}", "{}[]", "{},{}", "{}\n{}x", "{} null"}) {
    EXPECT_NE(MessageOf(file).find("not valid JSON"), std::string::npos) << file;
  }
}

TEST(RecordSplitter, ANumberOfThousandsOfDigitsIsTooLarge) {
  const std::string digits(20000, '1');
  for (const std::string& file : {"[{\"x\":" + digits + "},{}]", "[{\"x\":[" + digits + "]},{}]",
                                  "[[1," + digits + "],{}]"}) {
    const Cut cut = CutUp(file, 5000);
    ASSERT_EQ(cut.kinds.size(), 2u);
    EXPECT_EQ(cut.kinds[0], RecordSplitter::Kind::kTooLarge);
    EXPECT_EQ(cut.kinds[1], RecordSplitter::Kind::kElement);
  }
  EXPECT_EQ(CutUp("{\"x\":" + digits + "}", 5000).kinds[0], RecordSplitter::Kind::kTooLarge);
  std::string literals = "[{\"x\":[1";
  for (int i = 0; i < 5000; ++i) literals += ", null";
  EXPECT_EQ(CutUp(literals + "]}]", 5000).kinds[0], RecordSplitter::Kind::kElement);
}

}  // namespace
}  // namespace soulprint
