#include "export/tar.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../archives.hpp"

namespace soulprint {
namespace {

std::string Ids(const std::string& bytes) { return Read({bytes, -1}).ids; }

TEST(Tar, GivesItsFiles) {
  const std::string long_name(150, 'x');
  for (const char* format : {"ustar", "gnutar", "pax"}) {
    Files files = {{"Takeout/", ""},
                   {"Takeout/My Activity/Gemini Apps/MyActivity.json", "[]"},
                   {"mine/" + long_name.substr(0, 90) + "/" + long_name.substr(60), Export("no")},
                   {"mine/" + long_name.substr(0, 90) + "/Hives.json", Export("a")},
                   {"photo.png", std::string(1000, 'x')},
                   {"old.zip", Zip({{"conversations.json", Export("no")}})}};
    if (std::string(format) != "ustar") files.emplace_back(long_name + ".json", Export("b"));
    if (std::string(format) == "gnutar") files.emplace_back("Приложения.json", Export("c"));
    const std::string ids = Ids(PackTar(files, format));
    EXPECT_EQ(ids, std::string("a b c ").substr(0, 2 * (files.size() - 5))) << format;
    EXPECT_EQ(Ids(Gzip(PackTar(files, format))), ids) << format;
    const auto left_out = Read({PackTar(files, format), -1}).report.files_left_out;
    ASSERT_EQ(left_out.size(), 3U) << format;
    EXPECT_EQ(left_out[0], "old.zip (an archive inside the export)");
  }
}

TEST(Tar, CutOffOrDamagedIsAClearError) {
  const std::string tar =
      PackTar({{"a.json", Export("a")}, {"b.json", Export("b", std::string(2000, 'x'))}}, "gnutar");
  const std::size_t end = 512 + 512 + 512 + 2560;
  ASSERT_NE(tar[end - 512], '\0');
  ASSERT_EQ(tar[end], '\0');
  for (std::size_t size = 513; size <= end; ++size) {
    ExpectError(tar.substr(0, size), "22P02", "export archive is truncated");
  }
  EXPECT_EQ(Ids(tar.substr(0, end + 1)), "a b ");
  for (std::size_t at = 0; at < end; ++at) {
    std::string damaged = tar;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    try {
      Read({damaged, -1});
    } catch (const Error& error) {
      EXPECT_FALSE(error.sqlstate().empty());
    }
  }
  ArchiveLimits limits;
  limits.max_bytes = 1000;
  ExpectError(PackTar({{"photo.png", std::string(20000, ' ')}}, "gnutar"), "54000",
              "larger than 16000 bytes", "The files of the archive are larger", limits);
}

}  // namespace
}  // namespace soulprint
