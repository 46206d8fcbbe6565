#include "export/gemini.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "export/html_to_text.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

// In microseconds.  After a longer pause another conversation begins.
constexpr std::int64_t kGap = std::int64_t{30} * 60 * 1000000;

// First words of the titles of prompts, in English: other languages of the account are unknown.
constexpr std::array<std::string_view, 7> kPrompts = {
    "Prompted", "Live Prompt", "Asked", "Said", "Prompt:", "Prompt :", "Prompt\u00A0:"};
// First words of the titles of other actions.
constexpr std::array<std::string_view, 12> kActions = {"Used",   "Gave",    "Created", "Selected",
                                                       "Added",  "Shared",  "Deleted", "Viewed",
                                                       "Edited", "Renamed", "Pinned",  "Exported"};

// Removes `word` from the beginning of text; false if text does not begin with that word.
bool TakeWord(std::string_view word, std::string_view* text) {
  if (text->substr(0, word.size()) != word) return false;
  const std::string_view rest = text->substr(word.size());
  const std::string_view trimmed = Trim(rest);
  if (!rest.empty() && trimmed.size() == rest.size() && word.back() != ':') return false;
  *text = trimmed;
  return true;
}

// The words of the user; nullopt if the title is not the title of a prompt.
std::optional<std::string> PromptOf(std::string_view title, bool answered) {
  title = Trim(title);
  for (std::string_view word : kPrompts) {
    if (TakeWord(word, &title)) return std::string(title);
  }
  for (std::string_view word : kActions) {
    if (TakeWord(word, &title)) return std::nullopt;
  }
  // The title is in an unknown language.
  if (!answered) return std::nullopt;
  return std::string(title);
}

std::string AnswerOf(const RawActivity& activity) {
  std::string answer;
  for (const std::string& html : activity.html) {
    const std::string text = HtmlToText(html);
    if (IsBlank(text)) continue;
    if (!answer.empty()) answer += "\n\n";
    answer += Trim(text);
  }
  return answer.empty() ? std::string(Trim(activity.description)) : answer;
}

RawMessage MakeMessage(std::string_view role, std::string text, Time at) {
  RawMessage message;
  message.role = role;
  message.plain_content = true;
  message.text = std::move(text);
  message.at = at;
  return message;
}

}  // namespace

std::vector<RawMessage> ActivityToMessages(const RawConversation& raw) {
  const RawActivity& activity = raw.activity;
  std::string answer = AnswerOf(activity);
  std::optional<std::string> prompt = PromptOf(raw.title.value_or(""), !answer.empty());
  std::vector<RawMessage> messages;
  if (!prompt) return messages;
  if (prompt->empty() && activity.picture) prompt = "[image]";
  if (!prompt->empty()) messages.push_back(MakeMessage("user", std::move(*prompt), activity.at));
  if (!answer.empty()) messages.push_back(MakeMessage("assistant", std::move(answer), activity.at));
  return messages;
}

std::optional<RawConversation> ActivityGrouper::Add(Time at, std::vector<RawMessage> messages) {
  std::size_t bytes = 0;
  for (const RawMessage& message : messages) bytes += message.text.size() + sizeof message;
  const Time last = exchanges_.empty() ? at : exchanges_.back().at;
  const bool apart = at && last && std::max(*at, *last) - std::min(*at, *last) > kGap;
  std::optional<RawConversation> ended;
  if (apart || bytes_ + bytes > max_bytes_) ended = Finish();
  bytes_ += bytes;
  exchanges_.push_back({at ? at : last, std::move(messages)});
  return ended;
}

std::optional<RawConversation> ActivityGrouper::Finish() {
  if (exchanges_.empty()) return std::nullopt;
  std::reverse(exchanges_.begin(), exchanges_.end());
  std::stable_sort(exchanges_.begin(), exchanges_.end(),
                   [](const Exchange& a, const Exchange& b) { return a.at < b.at; });
  RawConversation conversation;
  conversation.has_messages = true;
  conversation.created_at = exchanges_.front().at;
  conversation.updated_at = exchanges_.back().at;
  for (Exchange& exchange : exchanges_) {
    std::move(exchange.messages.begin(), exchange.messages.end(),
              std::back_inserter(conversation.messages));
  }
  exchanges_.clear();
  bytes_ = 0;
  return conversation;
}

}  // namespace soulprint
