// ZeroSecret: what it leaves in memory.

#include "util/zero_secret.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

TEST(ZeroSecret, LeavesNothing) {
  std::string secret = "sk-0123456789012345678901234567890123456789";
  const char* const bytes = secret.data();
  const std::size_t size = secret.size();
  ZeroSecret(&secret);
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(std::string(bytes + 1, size - 1), std::string(size - 1, '\0'));
}

}  // namespace
}  // namespace soulprint
