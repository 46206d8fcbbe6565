#include "export/rejection.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kAny =
    "Give the export of ChatGPT, Claude, Gemini, DeepSeek, Grok or Copilot as it was downloaded, "
    "or a file of conversations out of it.";
constexpr std::string_view kChatGpt =
    "In ChatGPT choose Settings > Data controls > Export data, and give the ZIP file behind the "
    "link in the e-mail.";
constexpr std::string_view kClaude =
    "In Claude choose Settings > Privacy > Export data, and give the ZIP file behind the link in "
    "the e-mail.";
constexpr std::string_view kClaudeLinks =
    "Open the links in it, and give the ZIP files of conversations behind them.";
constexpr std::string_view kGemini =
    "In Google Takeout choose My Activity > Gemini Apps, and give the ZIP file.";
constexpr std::string_view kGrok =
    "In Grok choose Settings > Data controls > Download account data, and give the ZIP file.";
constexpr std::string_view kUnpack = "Unpack it, and give the file of conversations in it.";

struct Mark {
  std::string_view mark;
  std::string_view what;
  std::string_view hint;
};

// Of the first bytes.
constexpr Mark kHeads[] = {
    {"%PDF", "It is a PDF document.", kAny},
    {"PK\x03\x04", "It is a ZIP archive.", kUnpack},
    {"7z\xBC\xAF\x27\x1C", "It is a 7z archive.", kUnpack},
    {"Rar!", "It is a RAR archive.", kUnpack},
    {"\x1F\x8B", "It is compressed with gzip.", kUnpack},
    {"\xFD"
     "7zXZ",
     "It is compressed with xz.", kUnpack},
    {"BZh", "It is compressed with bzip2.", kUnpack},
    {"\x28\xB5\x2F\xFD", "It is compressed with zstd.", kUnpack},
    {"\xFF\xFE", "It is text in UTF-16; UTF-8 is needed.", "Save it as UTF-8."},
    {"\xFE\xFF", "It is text in UTF-16; UTF-8 is needed.", "Save it as UTF-8."},
    {"\"", "It is a JSON string.", kAny},
    {"null", "It is a JSON literal.", kAny},
    {"true", "It is a JSON literal.", kAny},
    {"false", "It is a JSON literal.", kAny},
};

// Of an object that vendors put beside or around conversations: the keys that tell it.
struct KeyMark {
  std::array<std::string_view, 2> keys;  // "" = no second one
  std::string_view what;
  std::string_view hint;
};
constexpr KeyMark kKeyMarks[] = {
    {{"export_id", "files"}, "It is Claude's list of download links.", kClaudeLinks},
    {{"full_name", "email_address"}, "It is Claude's list of users.", kClaude},
    {{"prompt_template", ""}, "It is Claude's list of projects.", kClaude},
    {{"chatgpt_plus_user", ""}, "It is ChatGPT's description of the user.", kChatGpt},
    {{"conversation_id", "rating"}, "It is ChatGPT's list of ratings.", kChatGpt},
    {{"conversation_id", "is_anonymous"}, "It is ChatGPT's list of shared links.", kChatGpt},
    {{"header", "activityControls"}, "It is the activity of another Google product.", kGemini},
    {{"header", "titleUrl"}, "It is the activity of another Google product.", kGemini},
    {{"media_posts", "projects"}, "It is Grok's export, without conversations.", kGrok},
};

constexpr Mark kNames[] = {
    {"[Content_Types].xml", "It is an Office document.", kAny},
    {"archive_browser.html", "It is a Takeout without Gemini's activities.", kGemini},
    {"Takeout/", "It is a Takeout without Gemini's activities.", kGemini},
    {"prod-mc-", "It is Grok's export, without conversations.", kGrok},
    {"design_chats/", "It is a part of Claude's export, without conversations.", kClaude},
    {"users.json", "It is a part of Claude's export, without conversations.", kClaude},
    {"projects-", "It is a part of Claude's export, without conversations.", kClaude},
    {"memories-", "It is a part of Claude's export, without conversations.", kClaude},
    {"users-", "It is a part of Claude's export, without conversations.", kClaude},
    {"message_feedback.json", "It is a part of ChatGPT's export, without conversations.", kChatGpt},
    {"user.json", "It is a part of ChatGPT's export, without conversations.", kChatGpt},
    {"chat.html", "It is a part of ChatGPT's export, without conversations.", kChatGpt},
};

Rejection Recognized(std::string_view what, std::string_view hint) {
  return {std::string(what), std::string(hint)};
}

Rejection RejectionOfPage(std::string_view page) {
  const std::string lower = LowerAscii(page);
  if (lower.find("chatgpt data export") != std::string::npos) {
    return Recognized("It is the page chat.html of ChatGPT's export.",
                      "Give the conversations.json beside it, or the whole ZIP file.");
  }
  if (lower.find("my activity") != std::string::npos) {
    return Recognized("It is the activity of another Google product.", kGemini);
  }
  return Recognized("It is an HTML or XML page.", kAny);
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != ' ' && c != '\t' && c != '\n' && c != '\r';
}

}  // namespace

Rejection RejectionOfBytes(std::string_view head) {
  for (const auto& [mark, what, hint] : kHeads) {
    if (head.starts_with(mark)) return Recognized(what, hint);
  }
  if (head[0] == '<') return RejectionOfPage(head);
  if (head[0] == '-' || (head[0] >= '0' && head[0] <= '9')) {
    return Recognized("It is a number.", kAny);
  }
  if (std::any_of(head.begin(), head.end(), IsControl)) {
    return Recognized("It is a binary file.", kAny);
  }
  return {Format("It starts with \"{}\".", Quoted(FirstCharacters(CleanUtf8(head), 20))),
          std::string(kAny)};
}

Rejection RejectionOfKeys(std::span<const std::string> keys) {
  const auto has = [&](std::string_view key) {
    return key.empty() || std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const KeyMark& mark : kKeyMarks) {
    if (has(mark.keys[0]) && has(mark.keys[1])) return Recognized(mark.what, mark.hint);
  }
  return Recognized("", kAny);
}

Rejection RejectionOfNames(std::span<const std::string> paths) {
  for (const auto& [mark, what, hint] : kNames) {
    const std::string_view part = mark;
    if (std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
          return path.find(part) != std::string::npos;
        })) {
      return Recognized(what, hint);
    }
  }
  return Recognized("", kAny);
}

std::string_view AnyExportHint() { return kAny; }

}  // namespace soulprint
