// The names of the stages.

#include "pipeline/progress.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

TEST(Stage, StagesAreNamedAsInTheTables) {
  std::string names;
  for (Stage stage : kStages) names.append(StageName(stage)).append(" ");
  EXPECT_EQ(names, "download import chunks facts reduce memory sections publish ");
}

}  // namespace
}  // namespace soulprint
