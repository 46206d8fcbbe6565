// Cutting a JSON file into pieces: every way the bytes may arrive.

#include "export/splitter.hpp"

#include <gtest/gtest.h>

#include "util/error.hpp"

namespace soulprint {
namespace {

struct Cut {
  std::vector<std::string> pieces;
  std::vector<JsonPieces::Kind> kinds;
  std::string tail;
};

Cut CutUp(std::string_view file, std::size_t step = 1 << 20, std::size_t max_bytes = 1 << 20) {
  Cut cut;
  JsonPieces pieces(max_bytes, [&](JsonPieces::Piece piece) {
    cut.pieces.push_back(piece.json);
    cut.kinds.push_back(piece.kind);
    cut.tail = piece.tail;
  });
  for (std::size_t at = 0; at < file.size(); at += step) pieces.Push(file.substr(at, step));
  pieces.Finish();
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

using Pieces = std::vector<std::string>;

TEST(JsonPieces, EveryPieceSizeGivesTheSamePieces) {
  std::string const file =
      "\xEF\xBB\xBF \r\n[ {\"a\": \"x]}\\\"{[\\\\\"},\r\n{\"b\":[[{}],\"\\\\\\\"\"]} ,"
      "{\"c\":\"\\u005c\\\\\"}]\n";
  const Pieces expected = {"{\"a\": \"x]}\\\"{[\\\\\"}", "{\"b\":[[{}],\"\\\\\\\"\"]}",
                           "{\"c\":\"\\u005c\\\\\"}"};
  for (std::size_t step = 1; step <= file.size(); ++step) {
    EXPECT_EQ(CutUp(file, step).pieces, expected) << step;
  }
}

TEST(JsonPieces, FindsTheListUnderItsKeyWhateverStandsAround) {
  std::string const file =
      R"({"conversation":[1],"version":"conversations","x":{"conversations":[{"no":1}]},)"
      R"("conversations":[{"a":1},{"b":2}],"more":[{"c":3}],"end":"]}"})";
  for (std::size_t step = 1; step <= file.size(); ++step) {
    EXPECT_EQ(CutUp(file, step).pieces, (Pieces{R"({"a":1})", R"({"b":2})"})) << step;
  }
}

TEST(JsonPieces, AnyOtherObjectIsOnePiece) {
  std::string const file = R"({"mapping":{"a":[{}]},"conversations":null,"t":"}"})";
  for (std::size_t step = 1; step <= file.size(); ++step) {
    const Cut cut = CutUp(file, step);
    EXPECT_EQ(cut.pieces, Pieces{file});
    EXPECT_EQ(cut.kinds[0], JsonPieces::Kind::kWhole);
  }
}

TEST(JsonPieces, ElementsThatAreNoObjectsAreCounted) {
  const Cut cut = CutUp(R"([null, 12,"a,]b",[1], true])", 3);
  EXPECT_EQ(cut.kinds.size(), 5u);
  EXPECT_EQ(cut.pieces[3], "[1]");
}

TEST(JsonPieces, KeepsOnlyTheEndsOfAPieceThatIsTooLarge) {
  std::string const large = R"({"id":"big","t":")" + std::string(100000, 'x') + R"(","z":1})";
  for (std::size_t step : {1000u, 50000u, 1000000u}) {
    const Cut cut = CutUp("[{\"a\":1}," + large + ",{\"b\":2}]", step, 50000);
    ASSERT_EQ(cut.pieces.size(), 3u);
    EXPECT_EQ(cut.kinds[1], JsonPieces::Kind::kTooLarge);
    EXPECT_EQ(cut.pieces[1], large.substr(0, cut.pieces[1].size()));
    EXPECT_LE(cut.pieces[1].size(), 5000u);
    EXPECT_EQ(cut.pieces[2], "{\"b\":2}");
  }
}

TEST(JsonPieces, AStringOfHalfTheSizeIsTooLarge) {
  std::string const half(2000, 'x');
  std::string const large = "{\"t\":\"" + half + "x\",\"u\":\"" + half.substr(1) + "\"}";
  for (std::size_t step : {1u, 1999u, 1000000u}) {
    const Cut cut = CutUp(
        "[\"" + large.substr(6, 2001) + "\",{\"t\":\"" + half + "\"}," + large + ",{\"b\":2}]",
        step, 4000);
    EXPECT_EQ(cut.kinds, (std::vector<JsonPieces::Kind>{
                             JsonPieces::Kind::kNoObject, JsonPieces::Kind::kElement,
                             JsonPieces::Kind::kTooLarge, JsonPieces::Kind::kElement}));
    EXPECT_EQ(cut.pieces[2], large);  // as much as is kept of a large one's beginning
  }
}

TEST(JsonPieces, DeepNestingCostsNoStack) {
  std::string const deep = std::string(500000, '[') + std::string(500000, ']');
  EXPECT_EQ(CutUp("[" + deep + "]").pieces, Pieces{deep});
}

TEST(JsonPieces, AnEmptyListHasNoPieces) {
  EXPECT_TRUE(CutUp("[]").pieces.empty());
  EXPECT_TRUE(CutUp("{\"conversations\":[ ]}").pieces.empty());
}

TEST(JsonPieces, SaysWhatAFileIsThatIsNoJson) {
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

TEST(JsonPieces, AFileThatIsCutOffIsAnError) {
  for (const char* file : {"[", "[{\"a\":1}", "[{\"a\":1},", "[{\"a\":\"x", "{\"conversations\":[",
                           "{\"conversations\":[{}]", "{\"a\":1", "[\"a]"}) {
    EXPECT_NE(MessageOf(file).find("export ends in the middle"), std::string::npos) << file;
  }
}

TEST(JsonPieces, MoreTextAfterTheEndIsAnError) {
  EXPECT_NE(MessageOf("[]]").find("not valid JSON"), std::string::npos);
  EXPECT_NE(MessageOf("{}{}").find("not valid JSON"), std::string::npos);
}

TEST(JsonPieces, ANumberOfThousandsOfDigitsIsTooLarge) {
  std::string const digits(20000, '1');
  for (const std::string& file : {"[{\"x\":" + digits + "},{}]", "[{\"x\":[" + digits + "]},{}]",
                                  "[[1," + digits + "],{}]"}) {
    const Cut cut = CutUp(file, 5000);
    ASSERT_EQ(cut.kinds.size(), 2u);
    EXPECT_EQ(cut.kinds[0], JsonPieces::Kind::kTooLarge);
    EXPECT_EQ(cut.kinds[1], JsonPieces::Kind::kElement);
  }
  EXPECT_EQ(CutUp("{\"x\":" + digits + "}", 5000).kinds[0], JsonPieces::Kind::kTooLarge);
  std::string literals = "[{\"x\":[1";
  for (int i = 0; i < 5000; ++i) literals += ", null";
  EXPECT_EQ(CutUp(literals + "]}]", 5000).kinds[0], JsonPieces::Kind::kElement);
}

}  // namespace
}  // namespace soulprint
