// The files of test/data/formats, each with its expected conversations beside it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../messages_json.hpp"
#include "export/archive.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

const std::string kExpected = ".expected.json";

std::string Folder() {
  std::string path = __FILE__;
  path.resize(path.rfind("unit/"));
  return path + "data/formats/";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// The file of that name that is beside its expected conversations.
std::string GivenFile(const std::string& name) {
  for (const char* end : {".json", ".jsonl", ".html", ".csv"}) {
    if (std::filesystem::exists(Folder() + name + end)) return Folder() + name + end;
  }
  ADD_FAILURE() << name;
  return "";
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.rfind(kExpected);
    if (end != std::string::npos) names.push_back(name.substr(0, end));
  }
  std::sort(names.begin(), names.end());
  return names;
}

ordered_json ReadFormat(const std::string& bytes) {
  ordered_json conversations = ordered_json::array();
  const auto give = [&](Conversation c) {
    conversations.push_back({{"id", c.id},
                             {"title", nullptr},
                             {"created_at", FormatTime(c.created_at)},
                             {"updated_at", FormatTime(c.updated_at)},
                             {"messages", ordered_json::parse(MessagesToJson(c.messages))}});
    if (c.title) conversations.back()["title"] = *c.title;
  };
  const ImportReport report = ReadExport({bytes, -1}, {}, {std::size_t{1} << 20}, give, [] {});
  ordered_json read = {{"found", report.found},
                       {"skipped", report.skipped},
                       {"skipped_ids", report.skipped_ids},
                       {"hidden", report.hidden},
                       {"replaced_characters", report.replaced_characters},
                       {"conversations", conversations}};
  for (const Notes& notes : report.notes) {
    read["notes"].push_back(
        {{"source", notes.source}, {"text", notes.text}, {"at", FormatTime(notes.at)}});
  }
  return read;
}

class Formats : public testing::TestWithParam<std::string> {};

TEST_P(Formats, BecomeWhatStandsBesideThem) {
  const ordered_json read = ReadFormat(ReadFile(GivenFile(GetParam())));
  EXPECT_EQ(read.dump(1) + "\n", ReadFile(Folder() + GetParam() + kExpected));
  EXPECT_EQ(read.dump().find("NEVER"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Files, Formats, testing::ValuesIn(Names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace soulprint
