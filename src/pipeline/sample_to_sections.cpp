// Sample + MEMORY ──► five sections: one question, with a smaller sample while it is too long, and
// at most one nudge for an unreadable answer.

#include "pipeline/sample_to_sections.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/assistant_name.hpp"
#include "pipeline/model.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/section_schema.hpp"
#include "pipeline/tries.hpp"
#include "util/dump_json.hpp"
#include "util/format.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSectionsTokens = 8192;
constexpr int kSectionsTries = 2;
constexpr double kSectionsTemperature = 0.7;

constexpr std::array<SampleSize, 4> kSizes = {
    {kLargestSample, {100, 300000}, {50, 150000}, {25, 75000}}};

// --- an answer → sections

// The same without invisible characters in keys and values.  Of keys that become equal the first
// stays.
Json VisibleJson(const Json& json) {
  if (json.is_string()) return Visible(json.get_ref<const std::string&>());
  if (!json.is_structured()) return json;
  Json visible = json.is_array() ? Json::array() : Json::object();
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) {
      visible.push_back(VisibleJson(value));
    } else {
      visible.emplace(Visible(key), VisibleJson(value));
    }
  }
  return visible;
}

std::string ItemToText(const Json& item) {
  if (item.is_string()) return item.get<std::string>();
  return item.is_null() ? "" : DumpJson(item);
}

std::string ToText(const Json& value) {
  if (!value.is_array()) return ItemToText(value);
  std::string text;
  for (const Json& item : value) {
    if (!text.empty()) text += ", ";
    text += ItemToText(item);
  }
  return text;
}

Json ToList(const Json& value) {
  const Json items = value.is_array() ? value : Json::array({value});
  Json list = Json::array();
  for (const Json& item : items) {
    std::string text = ItemToText(item);
    if (!IsBlank(text)) list.push_back(std::move(text));
  }
  return list;
}

Json CompleteSection(std::size_t section, const Json& given) {
  Json complete = Json::object();
  for (const SectionField& field : SectionSchema(section)) {
    std::string const name(field.name);
    const Json value = given.value(name, Json());
    complete[name] = field.list ? ToList(value) : Json(ToText(value));
  }
  for (const auto& [key, value] : given.items()) {
    if (!complete.contains(key)) complete[key] = value;
  }
  return complete;
}

using Answered = std::array<Json, 5>;

// nullopt and the reason if the answer does not have the five sections.
std::optional<Answered> ReadAnswer(std::string_view reply, std::string* reason) {
  const std::optional<Json> json = ParseJsonReply(reply);
  if (!json || !json->is_object()) {
    *reason = "no single JSON object was found";
    return std::nullopt;
  }
  Answered sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    std::string const name(kSectionNames[i]);
    const auto it = json->find(name);
    if (it == json->end() || !it->is_object()) {
      *reason = "the key \"" + name + "\" is missing or not an object";
      return std::nullopt;
    }
    sections[i] = CompleteSection(i, VisibleJson(*it));
  }
  return sections;
}

Sections ToSections(const Answered& answered) {
  Sections sections;
  std::transform(answered.begin(), answered.end(), sections.begin(),
                 [](const auto& section) { return DumpJson(section); });
  return sections;
}

// --- the question

std::string AnswerSchema() {
  Json properties = Json::object();
  for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
    Json fields = Json::object();
    Json names = Json::array();
    for (const SectionField& field : SectionSchema(i)) {
      std::string const name(field.name);
      fields[name] = {{"type", "string"}};
      if (field.list) fields[name] = {{"type", "array"}, {"items", {{"type", "string"}}}};
      fields[name]["description"] = field.meaning;
      names.push_back(name);
    }
    properties[std::string(kSectionNames[i])] = {{"type", "object"},
                                                 {"description", SectionMeaning(i)},
                                                 {"properties", std::move(fields)},
                                                 {"required", std::move(names)},
                                                 {"additionalProperties", false}};
  }
  return DumpJson(nlohmann::ordered_json{{"type", "object"},
                                         {"properties", std::move(properties)},
                                         {"required", kSectionNames},
                                         {"additionalProperties", false}});
}

Question SampleToQuestion(const std::string& sample, const std::string& memory_md) {
  Question question;
  question.step = Step::kSections;
  question.material =
      Format("{}\n\n{} (verified facts about this user)\n{}", sample, kMemoryMark, memory_md);
  question.schema = AnswerSchema();
  question.max_tokens = kSectionsTokens;
  question.temperature = kSectionsTemperature;
  return question;
}

// --- asking

constexpr std::string_view kAskAgain =
    "Start the full pass again: only the sections are asked for anew.";
constexpr std::string_view kAskOther =
    "Choose another model in soulprint.model, or another wording in soulprint.prompts, and start "
    "the full pass again.";

// Asks until there are sections or no try is left.
class Asker {
 public:
  Asker(Model& model, Store& store, Question question)
      : model_(model),
        store_(store),
        tries_(std::move(question), kSectionsTries, Tries::Split::kTooLong) {}

  // nullopt if the model says that the question is too long.
  std::optional<Answered> Ask() {
    std::optional<Answered> sections;
    std::string reason;
    const auto check = [&](const std::string& text) -> std::optional<std::string> {
      sections = ReadAnswer(text, &reason);
      if (sections) return std::nullopt;
      return JsonCorrection(reason);
    };
    switch (tries_.AskUntilGood(model_, check, &answer_)) {
      case Tries::Step::kRead:
        return sections;
      case Tries::Step::kSplit:
        return std::nullopt;
      case Tries::Step::kUnanswered:
        ThrowUnanswered("the sections", answer_.reason);
      default:
        tries_.Reject(store_);
        FailAfter(reason);
    }
  }

 private:
  // `unreadable`: why the last answer could not be read, if that was the reason.
  [[noreturn]] void FailAfter(const std::string& unreadable) const {
    switch (answer_.outcome) {
      case Outcome::kRefused:
        throw SectionsFailed(Format("the model refused to write the sections: {}", answer_.reason),
                             kAskOther);
      case Outcome::kCutOff:
        throw SectionsFailed(Format("the model's answer for the sections is longer than {} tokens",
                                    tries_.question().max_tokens),
                             kAskAgain);
      case Outcome::kAnswered:
        throw SectionsFailed(
            Format("the model's answer for the sections is not the JSON asked for: {}", unreadable),
            kAskAgain);
      default:
        throw SectionsFailed(
            Format("the model gave no answer for the sections: {}", answer_.reason), kAskAgain);
    }
  }

  Model& model_;
  Store& store_;
  Tries tries_;
  Answer answer_;  // the last one
};

}  // namespace

std::optional<Sections> ParseSections(std::string_view reply) {
  std::string reason;
  const std::optional<Answered> answered = ReadAnswer(reply, &reason);
  if (!answered) return std::nullopt;
  return ToSections(*answered);
}

void FormatFirst(const FormatSample& format, const std::string& memory_md,
                 const WordingModel& model) {
  for (const SampleSize& size : kSizes) {
    if (!model.SeemsTooLong(SampleToQuestion(format(size), memory_md))) return;
  }
}

Sections SampleToSections(const FormatSample& format, const std::string& memory_md,
                          WordingModel& model, Store& store) {
  for (const SampleSize& size : kSizes) {
    Question question = SampleToQuestion(format(size), memory_md);
    const bool smallest = &size == &kSizes.back();
    if (!smallest && model.SeemsTooLong(question)) continue;
    std::optional<Answered> sections;
    try {
      sections = Asker(model, store, std::move(question)).Ask();
    } catch (const CostLimit&) {
      // A smaller sample costs less.
      if (smallest) throw;
    }
    if (!sections) continue;
    NameAssistant(&*sections, model, store);
    return ToSections(*sections);
  }
  throw SectionsFailed(
      Format("the question for the sections is too long for the model, even with {} conversations",
             kSizes.back().conversations),
      kAskOther);
}

}  // namespace soulprint
