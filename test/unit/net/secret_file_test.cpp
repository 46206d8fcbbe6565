// A secret is read only from a private file; messages contain neither its path nor its content.

#include "net/secret_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "util/error.hpp"

namespace soulprint {
namespace {

class SecretFile : public testing::Test {
 protected:
  SecretFile() { folder_ = mkdtemp(name_); }
  ~SecretFile() override {
    unlink(path().c_str());
    rmdir(folder_.c_str());
  }

  std::string path() const { return folder_ + "/secret"; }

  void Write(const std::string& content, mode_t mode = 0600) {
    std::ofstream(path(), std::ios::binary) << content;
    chmod(path().c_str(), mode);
  }

  std::string Problem(const std::string& path) {
    try {
      ReadSecretFile(path, "soulprint.some_file");
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
      EXPECT_NE(error.hint(), "");
      EXPECT_EQ(std::string(error.what()).find(folder_), std::string::npos);
      EXPECT_EQ(std::string(error.what()).find("sk-ant"), std::string::npos);
      return error.what();
    }
    return "";
  }

 private:
  char name_[sizeof("/tmp/soulprint.XXXXXX")] = "/tmp/soulprint.XXXXXX";
  std::string folder_;
};

TEST_F(SecretFile, GivesTheContentWithoutWhiteSpaceAroundIt) {
  Write("sk-ant-1");
  EXPECT_EQ(ReadSecretFile(path(), "s"), "sk-ant-1");
  Write(" \tsk-ant-2\r\n");
  EXPECT_EQ(ReadSecretFile(path(), "s"), "sk-ant-2");
  Write("sk-ant-3", 0400);
  EXPECT_EQ(ReadSecretFile(path(), "s"), "sk-ant-3");
  Write(std::string(4096, 'k'));
  EXPECT_EQ(ReadSecretFile(path(), "s").size(), 4096U);
}

TEST(WhyUnsafe, GoesByWhoOwnsTheFile) {
  const auto why = [](uid_t owner, mode_t mode) {
    struct stat file = {};
    file.st_uid = owner;
    file.st_mode = S_IFREG | mode;
    return std::string(WhyUnsafe(file, 999));
  };
  for (mode_t mode : {0400, 0600}) EXPECT_EQ(why(999, mode), "");
  for (mode_t mode : {0440, 0640, 0644, 0604}) {
    EXPECT_EQ(why(999, mode), "has group or world access") << mode;
  }
  for (mode_t mode : {0400, 0440, 0600, 0640}) EXPECT_EQ(why(0, mode), "");
  for (mode_t mode : {0444, 0644, 0660, 0650, 0604}) {
    EXPECT_EQ(why(0, mode), "has group write or world access") << mode;
  }
  EXPECT_EQ(why(1000, 0600), "is owned neither by the user that runs the server nor by root");
}

TEST_F(SecretFile, EachWayOfBeingWrong) {
  EXPECT_EQ(Problem(path()),
            "could not open file named by soulprint.some_file: No such file or directory");
  EXPECT_EQ(Problem("/tmp"), "file named by soulprint.some_file is not a regular file");
  EXPECT_EQ(Problem("/dev/null"), "file named by soulprint.some_file is not a regular file");
  Write("sk-ant-1", 0640);
  EXPECT_EQ(Problem(path()), "file named by soulprint.some_file has group or world access");
  Write("sk-ant-1", 0604);
  EXPECT_EQ(Problem(path()), "file named by soulprint.some_file has group or world access");
  Write("\n");
  EXPECT_EQ(Problem(path()), "file named by soulprint.some_file is empty");
  for (const std::string wrong :
       {"sk-ant-1\nx-evil: 1", "sk-ant-1\rx", "sk-ant 1", "sk-ant-\xFF"}) {
    Write(wrong);
    EXPECT_EQ(Problem(path()),
              "file named by soulprint.some_file contains a character that no key has");
  }
  Write(std::string("sk-ant-1\0x", 10));
  EXPECT_NE(Problem(path()), "");
  Write(std::string(4097, 'k'));
  EXPECT_EQ(Problem(path()), "file named by soulprint.some_file is larger than 4 KiB");
}

}  // namespace
}  // namespace soulprint
