#include "export/left_out.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace soulprint {
namespace {

using Names = std::vector<std::string>;

TEST(LeftOut, GivesAReasonForEachFile) {
  LeftOut files;
  EXPECT_EQ(files.List(), Names());
  files.AddAlike("b/1.PNG", "no text");
  files.AddAlike("2.png", "no text");
  files.AddAlike("3.png", "another reason");
  files.AddAlike("noise", "no text");
  files.Add("notes.json", "no JSON");
  EXPECT_EQ(files.List(), (Names{"notes.json (no JSON)", "3.png (another reason)",
                                 "b/1.PNG and 1 more *.png (no text)", "noise (no text)"}));
}

TEST(LeftOut, KeepsALimitedNumberOfNames) {
  LeftOut files;
  for (int i = 0; i < 300; ++i) files.Add(std::to_string(i), "no");
  for (int i = 0; i < 40; ++i) files.AddAlike("x." + std::to_string(i), "no");
  EXPECT_EQ(files.List().size(), 121U);
  EXPECT_EQ(files.List().back(), "220 more files");
}

TEST(LeftOut, ShowsNamesSafely) {
  EXPECT_EQ(ShownName("a\nb\x1B.txt"), "a\\x0ab\\x1b.txt");
  EXPECT_EQ(ShownName(std::string(200, 'x') + "/name.txt"), "name.txt");
  EXPECT_LT(ShownName(std::string(60000, 'x')).size(), 150U);
}

}  // namespace
}  // namespace soulprint
