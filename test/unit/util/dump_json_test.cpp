// DumpJson: what nlohmann's dump gives; the order of keys, and bytes that are not UTF-8.

#include "util/dump_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "util/text.hpp"

namespace soulprint {
namespace {

TEST(DumpJson, KeepsTheOrderOfAnOrderedObject) {
  EXPECT_EQ(DumpJson(nlohmann::ordered_json{{"b", 1}, {"a", {1, 2}}}), R"({"b":1,"a":[1,2]})");
  EXPECT_EQ(DumpJson(nlohmann::json{{"b", 1}, {"a", 2}}), R"({"a":2,"b":1})");
}

TEST(DumpJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(DumpJson(nlohmann::json("a\xFF"
                                    "b")),
            "\"a\uFFFDb\"");
  EXPECT_EQ(DumpJson(nlohmann::ordered_json("a\xFF"
                                            "b")),
            "\"a\uFFFDb\"");
}

// One text with each character below U+0100, and a few larger ones.
std::string AllKinds() {
  std::string text;
  for (char32_t c = 0; c < 0x100; ++c) AppendCharacter(c, &text);
  for (char32_t c : {0x2028, 0xFFFD, 0x1F600, 0x10FFFF}) AppendCharacter(c, &text);
  return text;
}

TEST(DumpJson, IsWhatNlohmannDumps) {
  const std::string text = AllKinds();
  const std::string stored = text.substr(1);
  const nlohmann::ordered_json value = {
      text,
      stored,
      "",
      "ends with a quote\"",
      nullptr,
      true,
      -1,
      18446744073709551615U,
      0.1,
      1e300,
      nlohmann::ordered_json::array(),
      nlohmann::ordered_json::object(),
      {{stored, {1, {{"a", {"b", "c"}}}}}, {"", false}, {"z", {nullptr}}}};
  EXPECT_EQ(DumpJson(value), value.dump());
  EXPECT_EQ(DumpJson(nlohmann::json(value)), nlohmann::json(value).dump());
}

}  // namespace
}  // namespace soulprint
