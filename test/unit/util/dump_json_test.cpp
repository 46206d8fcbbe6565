// DumpJson: the order of keys, and bytes that are not UTF-8.

#include "util/dump_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace soulprint
