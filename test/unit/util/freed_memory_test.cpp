#include "util/freed_memory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace soulprint {
namespace {

// Private memory of this process, in kB.
long RssAnon() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stol(line.substr(8));
  }
  return -1;
}

TEST(FreedMemory, GoesBackAlthoughABlockBehindItIsInUse) {
  std::vector<std::unique_ptr<std::string>> blocks;
  for (int i = 0; i < 32 * 1024; ++i) blocks.push_back(std::make_unique<std::string>(2048, 'x'));
  const std::unique_ptr<std::string> last = std::move(blocks.back());
  blocks.clear();
  const long before = RssAnon();
  ReturnFreedMemory();
  EXPECT_LT(RssAnon(), before - 48 * 1024);
  EXPECT_EQ(last->size(), 2048u);
}

}  // namespace
}  // namespace soulprint
