#include "export/forms.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "export/fields.hpp"

namespace soulprint {

// The forms, in one file each.
extern const Form kAiStudio;
extern const Form kBareMessage;
extern const Form kCharacterAi;
extern const Form kChatGpt;
extern const Form kChatList;
extern const Form kClaude;
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
    &kDeepSeek,    &kChatGpt,     &kClaude,     &kClaudeMemory,    &kGrok,       &kOpenWebUi,
    &kLibreChat,   &kLmStudio,    &kAiStudio,   &kGeminiWorkspace, &kPerplexity, &kVsCodeChat,
    &kClaudeCopy,  &kCharacterAi, &kCodexTasks, &kChatList,        &kGemini,     &kLeChat,
    &kSillyTavern, &kPromptRows,  &kBareMessage};

constexpr std::size_t kMaxKeys = 512;

// The keys of all forms; unused places, which are "", come first.
std::array<std::string_view, kMaxKeys> SortedKeys() {
  std::array<std::string_view, kMaxKeys> keys;
  std::size_t count = 0;
  for (std::string_view key : kCommonKeys) keys.at(count++) = key;
  for (std::string_view key : kWordKeys) keys.at(count++) = key;
  for (const Form* form : kForms) {
    for (std::string_view key : form->keys) keys.at(count++) = key;
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

bool IsKeyOfAForm(std::string_view key) {
  static const std::array<std::string_view, kMaxKeys> keys = SortedKeys();
  return !key.empty() && std::binary_search(keys.begin(), keys.end(), key);
}

const Form* FindForm(const Json& record) {
  for (const Form* form : kForms) {
    if (form->is(record)) return form;
  }
  return nullptr;
}

}  // namespace soulprint
