// FileDescriptor: who closes a file, and when.

#include "util/file_descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace soulprint {
namespace {

int OpenFile() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(FileDescriptor, ClosesItsFileAtTheEndOfItsScope) {
  const int fd = OpenFile();
  {
    const FileDescriptor file(fd);
    EXPECT_TRUE(file);
    EXPECT_EQ(file.get(), fd);
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(FileDescriptor, IsFalseWithoutAFile) {
  EXPECT_FALSE(FileDescriptor());
  EXPECT_FALSE(FileDescriptor(open("/no such file", O_RDONLY)));
}

TEST(FileDescriptor, MovesItsFile) {
  const int fd = OpenFile();
  FileDescriptor first(fd);
  {
    const FileDescriptor second(std::move(first));
    EXPECT_EQ(second.get(), fd);
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(FileDescriptor, ANewFileClosesTheOldOne) {
  const int before = OpenFile();
  const int after = OpenFile();
  FileDescriptor file(before);
  file = FileDescriptor(after);
  EXPECT_EQ(file.get(), after);
  EXPECT_FALSE(IsOpen(before));
  EXPECT_TRUE(IsOpen(after));
}

}  // namespace
}  // namespace soulprint
