#include "export/forms.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

#include "export/fields.hpp"

namespace soulprint {

// The forms, in one file each.
extern const Form kAiStudio;
extern const Form kBareMessage;
extern const Form kCharacterAi;
extern const Form kChatGpt;
extern const Form kChatList;
extern const Form kClaude;
extern const Form kClaudeCode;
extern const Form kClaudeMemory;
extern const Form kClaudeCopy;
extern const Form kCodexTasks;
extern const Form kDeepSeek;
extern const Form kGemini;
extern const Form kGeminiWorkspace;
extern const Form kGrok;
extern const Form kLeChat;
extern const Form kLibreChat;
extern const Form kLmStudio;
extern const Form kOpenWebUi;
extern const Form kPerplexity;
extern const Form kPromptRows;
extern const Form kSillyTavern;
extern const Form kVsCodeChat;

namespace {

// The first form that fits counts.
constexpr std::array kForms = {
    &kDeepSeek,   &kChatGpt,     &kClaude,      &kClaudeMemory,    &kGrok,       &kOpenWebUi,
    &kLibreChat,  &kLmStudio,    &kAiStudio,    &kGeminiWorkspace, &kPerplexity, &kVsCodeChat,
    &kClaudeCode, &kClaudeCopy,  &kCharacterAi, &kCodexTasks,      &kChatList,   &kGemini,
    &kLeChat,     &kSillyTavern, &kPromptRows,  &kBareMessage};

// The keys of all forms, by size: an export has millions of keys to look up.
using Keys = std::array<std::vector<std::string_view>, 64>;

const Keys& KeysOfAllForms() {
  Keys& keys = *new Keys;
  const auto add = [&](std::string_view key) { keys.at(key.size()).push_back(key); };
  std::for_each(std::begin(kCommonKeys), std::end(kCommonKeys), add);
  std::for_each(std::begin(kWordKeys), std::end(kWordKeys), add);
  for (const Form* form : kForms) std::for_each(form->keys.begin(), form->keys.end(), add);
  return keys;
}

}  // namespace

bool IsKeyOfAForm(std::string_view key) {
  static const Keys& keys = KeysOfAllForms();
  if (key.empty() || key.size() >= keys.size()) return false;
  const auto& same_size = keys[key.size()];
  return std::any_of(same_size.begin(), same_size.end(), [&](std::string_view known) {
    return known.front() == key.front() && known.back() == key.back() && known == key;
  });
}

const Form* FindForm(const Json& record) {
  for (const Form* form : kForms) {
    if (form->is(record)) return form;
  }
  return nullptr;
}

}  // namespace soulprint
