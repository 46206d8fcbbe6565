// The question for a name has the sections as its material, some thousand tokens, never the sample.

#include "pipeline/assistant_name.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "pipeline/letters.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/section_schema.hpp"
#include "pipeline/tries.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIdentity = 1;  // in kSectionNames
constexpr const char* kAiName = "ai_name";
constexpr const char* kGreeting = "signature_greeting";
constexpr int kNameTokens = 100;
constexpr double kNameTemperature = 0.7;
constexpr std::size_t kLongestName = 60;

// Folded.  A name of these words, with at least one of the first two lists, is generic.
constexpr std::string_view kGenericNouns[] = {
    "assistant", "assistante", "assistent", "assistente",  "asistente",   "asystent",
    "asistan",   "asisten",    "helper",    "helfer",      "ayudante",    "ai",
    "bot",       "robot",      "chatbot",   "buddy",       "companion",   "agent",
    "soul",      "soulprint",  "chatgpt",   "gpt",         "llm",         "model",
    "aibot",     "mybot",      "myai",      "aiassistant", "myassistant", "yourassistant"};
constexpr std::string_view kOtherNouns[] = {
    "ассистент", "помощник",   "бот",      "ии",           "助手",           "助理",   "机器人",
    "機器人",    "聊天机器人", "智能助手", "人工智能助手", "ai助手",         "ai助理", "我的助手",
    "你的助手",  "您的助手",   "私人助手", "アシスタント", "aiアシスタント", "ボット", "어시스턴트",
    "비서",      "봇"};
constexpr std::string_view kFillers[] = {
    "my",      "i",     "ki",       "ia",      "s",      "your",     "our",     "the",
    "a",       "an",    "user",     "users",   "own",    "personal", "private", "virtual",
    "digital", "smart", "friendly", "helpful", "trusty", "online",   "chat",    "language",
    "large",   "new",   "mi",       "tu",      "su",     "el",       "la",      "un",
    "una",     "mon",   "ton",      "votre",   "le",     "virtuel",  "mein",    "dein",
    "ihr",     "der",   "die",      "das",     "ein",    "eine",     "meu",     "seu",
    "o",       "il",    "tuo",      "мой",     "твой",   "ваш",      "de",      "of",
    "for",     "you",   "and"};
constexpr std::string_view kNoNames[] = {"not enough data", "n/a",     "none",   "null",
                                         "unknown",         "unnamed", "no name"};

template <std::size_t n>
bool IsIn(const std::string_view (&list)[n], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::vector<std::string> NameWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const bool letter = IsPartOfWord(NextCharacter(text, &at));
    if (letter) word += text.substr(begin, at - begin);
    if (!word.empty() && (!letter || at == text.size())) words.push_back(std::exchange(word, ""));
  }
  return words;
}

// --- the name in sections

std::string TextAt(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? OneLine(it->get_ref<const std::string&>()) : "";
}

// True if a name that stands beside this character goes on with it.  Other scripts put no space
// between words, or hang endings on names.
bool GoesOn(char32_t c) {
  const bool spaced = c < 0x0E00 || (c >= 0x10A0 && c < 0x2000);
  return spaced && IsPartOfWord(c);
}

// The text with `name` as `other` wherever it stands as a word.
std::string Renamed(std::string_view text, std::string_view name, std::string_view other) {
  std::string renamed;
  bool in_word = false;  // a word has begun before `at`
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + name.size();
    const bool found = !in_word && text.substr(at).starts_with(name);
    std::size_t after = end;
    if (found && (end == text.size() || !GoesOn(NextCharacter(text, &after)))) {
      renamed += other;
      in_word = true;
    } else {
      end = at;
      in_word = GoesOn(NextCharacter(text, &end));
      renamed += text.substr(at, end - at);
    }
    at = end;
  }
  return renamed;
}

void SetName(const std::string& name, Json* identity) {
  const std::string own = TextAt(*identity, kAiName);
  (*identity)[kAiName] = name;
  if (!own.empty()) (*identity)[kGreeting] = Renamed(TextAt(*identity, kGreeting), own, name);
}

// --- the small question

std::string_view MeaningOfName() {
  const std::vector<SectionField>& fields = SectionSchema(kIdentity);
  return std::find_if(fields.begin(), fields.end(),
                      [](const SectionField& field) { return field.name == kAiName; })
      ->meaning;
}

Question NameQuestion(const std::array<Json, 5>& sections) {
  Json profile = Json::object();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    profile[std::string(kSectionNames[i])] = sections[i];
  }
  Question question;
  question.step = Step::kName;
  question.material = DumpJson(profile);
  question.instruction = Instruction(Step::kName);
  question.schema = DumpJson(
      Json{{"type", "object"},
           {"properties", {{kAiName, {{"type", "string"}, {"description", MeaningOfName()}}}}},
           {"required", Json::array({kAiName})},
           {"additionalProperties", false}});
  question.max_tokens = kNameTokens;
  question.temperature = kNameTemperature;
  return question;
}

// "" if the answer holds no name.
std::string AskForName(const std::array<Json, 5>& sections, Model& model) {
  Tries tries(NameQuestion(sections), 1, Tries::Split::kNever);
  Answer answer;
  if (tries.Ask(model, &answer) != Tries::Step::kRead) return "";
  const std::optional<Json> json = ParseJsonReply(answer.text);
  return json ? TextAt(*json, kAiName) : "";
}

}  // namespace

std::string AiName(const std::optional<std::string>& identity_md) {
  if (!identity_md) return "";
  const std::optional<Json> identity = ParseJsonText(*identity_md);
  return identity ? TextAt(*identity, kAiName) : "";
}

bool IsGenericName(std::string_view name) {
  if (CountCharacters(name) > kLongestName) return true;
  const std::string folded = Fold(name);
  const std::vector<std::string> words = NameWords(folded);
  if (words.empty() || IsIn(kNoNames, folded)) return true;
  const auto is_noun = [](const std::string& word) {
    return IsIn(kGenericNouns, word) || IsIn(kOtherNouns, word);
  };
  return std::any_of(words.begin(), words.end(), is_noun) &&
         std::all_of(words.begin(), words.end(), [&](const std::string& word) {
           return is_noun(word) || IsIn(kFillers, word);
         });
}

void NameAssistant(std::array<Json, 5>* sections, Model& model, Store& store) {
  Json& identity = (*sections)[kIdentity];
  const std::string stored = AiName(store.ReadSections()[kIdentity]);
  if (!IsGenericName(stored)) return SetName(stored, &identity);
  if (!IsGenericName(TextAt(identity, kAiName))) return;
  std::string name = AskForName(*sections, model);
  if (IsGenericName(name) && !stored.empty()) name = stored;
  if (!name.empty()) SetName(name, &identity);
}

}  // namespace soulprint
