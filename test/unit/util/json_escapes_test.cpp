// Escapes that Postgres cannot store.

#include "util/json_escapes.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

std::string Repaired(std::string json, std::size_t expected) {
  EXPECT_EQ(RepairEscapes(&json), expected) << json;
  return json;
}

TEST(RepairEscapes, ReplacesWhatCannotBeStored) {
  EXPECT_EQ(Repaired(R"("\u0000a\u0041")", 1), R"("\uFFFDa\u0041")");
  EXPECT_EQ(Repaired(R"("\ud83d\ude00")", 0), R"("\ud83d\ude00")");
  EXPECT_EQ(Repaired(R"("\ud83d")", 1), R"("\uFFFD")");
  EXPECT_EQ(Repaired(R"("\uDE00\uD83D\uD83D\uDE00")", 2), R"("\uFFFD\uFFFD\uD83D\uDE00")");
  EXPECT_EQ(Repaired(R"("\\u0000 \\\u0000")", 1), R"("\\u0000 \\\uFFFD")");
  EXPECT_EQ(Repaired(R"("\u00)", 0), R"("\u00)");
  EXPECT_EQ(Repaired("\\", 0), "\\");
}

}  // namespace
}  // namespace soulprint
