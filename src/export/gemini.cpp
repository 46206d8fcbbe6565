#include "export/gemini.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/html_to_text.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kGeminiKeys[] = {"header",      "products",     "title",
                                            "time",        "safeHtmlItem", "html",
                                            "description", "imageFile",    "attachedFiles"};

// In microseconds.  After a longer pause another conversation begins.
constexpr std::int64_t kGap = std::int64_t{30} * 60 * 1000000;

// From so many activities, or bytes, it is learned what stands around the prompts.
constexpr std::size_t kLearned = 500;
constexpr std::size_t kLearnedBytes = std::size_t{1} << 20;
constexpr std::size_t kFew = 3;           // fewer titles share a beginning by chance
constexpr std::size_t kAroundBytes = 80;  // longest beginning or end

// First words of the titles of prompts, in English; longer ones first.
constexpr std::array<std::string_view, 13> kPrompts = {
    "Prompted with:", "Asked Gemini:", "Asked Bard:",  "Asked Gemini", "Asked Bard",
    "Live Prompt",    "Prompted",      "Branched",     "Asked",        "Said",
    "Prompt:",        "Prompt :",      "Prompt\u00A0:"};
// First words of the titles of other actions.
constexpr std::array<std::string_view, 38> kActions = {
    "Used",      "Gave",     "Created",  "Selected",  "Added",    "Shared",    "Deleted",
    "Viewed",    "Edited",   "Renamed",  "Pinned",    "Exported", "Cleared",   "Searched",
    "Uploaded",  "Started",  "Stopped",  "Generated", "Imported", "Opened",    "Visited",
    "Saved",     "Archived", "Removed",  "Changed",   "Turned",   "Connected", "Disconnected",
    "Installed", "Answered", "Received", "Submitted", "Listened", "Watched",   "Copied",
    "Liked",     "Disliked", "Reported"};

// Removes `word` from the beginning of text; false if text does not begin with that word.
bool TakeWord(std::string_view word, std::string_view* text) {
  if (text->substr(0, word.size()) != word) return false;
  const std::string_view rest = text->substr(word.size());
  const std::string_view trimmed = Trim(rest);
  if (!rest.empty() && trimmed.size() == rest.size() && word.back() != ':') return false;
  *text = trimmed;
  return true;
}

template <typename Words>
bool TakeOneOf(const Words& words, std::string_view* text) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return TakeWord(word, text); });
}

// Removes "Attached 2 files." from the end.
std::string_view WithoutAttached(std::string_view prompt) {
  const std::size_t at = prompt.rfind("Attached ");
  if (at == std::string_view::npos || (at > 0 && !Trim(prompt.substr(at - 1, 1)).empty())) {
    return prompt;
  }
  std::string_view note = prompt.substr(at + 9);
  const std::size_t digits = std::min(note.size(), note.find_first_not_of("0123456789"));
  note.remove_prefix(digits);
  if (digits == 0 || (note != " file." && note != " files.")) return prompt;
  return Trim(prompt.substr(0, at));
}

// How much of the beginning of a (of its end if `back`) is the same in b, in bytes.
std::size_t SharedBytes(std::string_view a, std::string_view b, bool back) {
  const std::size_t most = std::min({a.size(), b.size(), kAroundBytes});
  std::size_t same = 0;
  while (same < most &&
         (back ? a[a.size() - 1 - same] == b[b.size() - 1 - same] : a[same] == b[same])) {
    ++same;
  }
  return same;
}

// Of the beginning that titles share, what ends with a word: up to its first colon, else as much as
// possible.
std::string_view BeginningOf(std::string_view shared) {
  for (std::string_view colon : {":", "\uFF1A"}) {
    const std::size_t at = shared.find(colon);
    if (at != std::string_view::npos) return shared.substr(0, at + colon.size());
  }
  std::size_t end = 0;
  for (std::string_view mark : {" ", "\u00A0", "\u300C", "\u201C", "\u201E", "\u00AB"}) {
    const std::size_t at = shared.rfind(mark);
    if (at != std::string_view::npos) end = std::max(end, at + mark.size());
  }
  return shared.substr(0, end);
}

// Of the end that titles share, what begins after a word.
std::string_view EndOf(std::string_view shared) {
  std::size_t begin = shared.size();
  for (std::string_view mark : {" ", "\u00A0", "\u300D", "\u201D", "\u00BB"}) {
    begin = std::min(begin, shared.find(mark));
  }
  return shared.substr(begin);
}

// The longest beginning, or end, that at least half of the titles share.
std::string_view SharedOf(std::vector<std::string_view> titles, bool back) {
  const std::size_t enough = std::max(kFew, (titles.size() + 1) / 2);
  if (titles.size() < enough) return "";
  const auto before = [&](std::string_view a, std::string_view b) {
    return back ? std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend()) : a < b;
  };
  std::sort(titles.begin(), titles.end(), before);
  std::string_view best;
  for (std::size_t i = 0; i + enough <= titles.size(); ++i) {
    const std::string_view a = titles[i];
    const std::size_t shared = SharedBytes(a, titles[i + enough - 1], back);
    if (shared > best.size()) best = back ? a.substr(a.size() - shared) : a.substr(0, shared);
  }
  return best;
}

// The HTML of an answer: a string, {"html": …}, or a list of these.
void AddHtml(const Json& item, std::string* answer) {
  const Json* const html = item.is_object() ? item.Find("html") : &item;
  if (html == nullptr || !html->is_string()) return;
  const std::string text = HtmlToText(html->text());
  if (!IsBlank(text)) AppendParagraph(std::string(Trim(text)), answer);
}

std::string GeminiAnswer(const Json& record) {
  std::string answer;
  if (const Json* const items = record.Find("safeHtmlItem")) {
    AddHtml(*items, &answer);
    if (items->is_list()) {
      for (const Json& item : *items) AddHtml(item, &answer);
    }
  }
  const std::string* const description = record.Text({"description"});
  return answer.empty() && description != nullptr ? std::string(Trim(*description)) : answer;
}

bool HasGeminiPicture(const Json& record) {
  const Json* const image = record.Find("imageFile");
  if (image != nullptr && (image->first() != nullptr || !image->text().empty())) return true;
  const Json* const files = record.Find("attachedFiles", Json::Kind::kList);
  return files != nullptr && std::any_of(files->begin(), files->end(), [](const Json& file) {
           return file.is_string() && IsPictureName(file.text());
         });
}

bool IsOfGemini(const Json& value) { return value.is_string() && NamesGemini(value.text()); }

bool IsActivity(const Json& record) {
  if (record.Find("title") == nullptr) return false;
  const Json* const header = record.Find("header");
  if (header != nullptr && IsOfGemini(*header)) return true;
  const Json* const products = record.Find("products", Json::Kind::kList);
  return header != nullptr && products != nullptr &&
         std::any_of(products->begin(), products->end(), IsOfGemini);
}

Time WholeSeconds(Time at) {
  constexpr std::int64_t kSecond = 1000000;
  return at ? Time(*at - *at % kSecond) : at;
}

RawMessage MakeMessage(std::string_view role, std::string text, Time at) {
  RawMessage message;
  message.role = role;
  message.text = std::move(text);
  message.at = at;
  return message;
}

}  // namespace

bool NamesGemini(std::string_view product) {
  return product.find("Gemini") != std::string_view::npos ||
         product.find("Bard") != std::string_view::npos;
}

extern const Form kGemini = {"Gemini", Gives::kExchange, kGeminiKeys, IsActivity, nullptr};

Activity ReadActivity(Json* record) {
  Activity activity;
  if (std::string* const title = record->Text({"title"})) activity.title = std::move(*title);
  activity.answer = GeminiAnswer(*record);
  activity.picture = HasGeminiPicture(*record);
  activity.at = TimeOf(record->Find("time"));
  return activity;
}

GeminiTitles::GeminiTitles(const std::vector<Activity>& activities) {
  std::vector<std::string_view> unknown;
  for (const Activity& activity : activities) {
    std::string_view title = Trim(activity.title);
    const bool known = TakeOneOf(kPrompts, &title) || TakeOneOf(kActions, &title);
    if (!known && !activity.answer.empty()) unknown.push_back(title);
  }
  before_ = BeginningOf(SharedOf(unknown, false));
  if (before_.find(':') == std::string::npos) after_ = EndOf(SharedOf(unknown, true));
}

std::optional<std::string> GeminiTitles::PromptOf(const Activity& activity) const {
  std::string_view title = Trim(activity.title);
  if (TakeOneOf(kPrompts, &title)) return std::string(WithoutAttached(title));
  if (TakeOneOf(kActions, &title)) return std::nullopt;
  const bool begins = !before_.empty() && title.starts_with(Trim(before_));
  const bool ends = !after_.empty() && title.ends_with(after_);
  if (begins) title = Trim(title.substr(Trim(before_).size()));
  if (ends) title.remove_suffix(std::min(title.size(), after_.size()));
  if (begins || ends) return std::string(Trim(title));
  // In an unknown language, an answer tells a prompt from a deed.
  if (activity.answer.empty()) return std::nullopt;
  return std::string(title);
}

void GeminiTalks::Add(Activity activity) {
  if (titles_) return Group(std::move(activity));
  first_bytes_ += sizeof activity + activity.title.size() + activity.answer.size();
  first_.push_back(std::move(activity));
  if (first_.size() >= kLearned || first_bytes_ > kLearnedBytes) Learn();
}

void GeminiTalks::Finish() {
  Learn();
  GiveTalk();
  titles_.reset();
}

void GeminiTalks::Learn() {
  if (!titles_) titles_.emplace(first_);
  first_bytes_ = 0;
  for (Activity& activity : std::exchange(first_, {})) Group(std::move(activity));
}

void GeminiTalks::Group(Activity activity) {
  const Time at = WholeSeconds(activity.at);
  std::optional<std::string> prompt = titles_->PromptOf(activity);
  if (prompt && prompt->empty() && activity.picture) prompt = "[image]";
  if (!prompt || (prompt->empty() && activity.answer.empty())) return skip_();
  RawNode node;
  if (!prompt->empty()) node.messages.push_back(MakeMessage("user", std::move(*prompt), at));
  if (!activity.answer.empty()) {
    node.messages.push_back(MakeMessage("assistant", std::move(activity.answer), at));
  }
  std::size_t bytes = sizeof node;
  for (const RawMessage& message : node.messages) bytes += message.text.size() + sizeof message;
  const Time last = exchanges_.empty() ? activity.at : exchanges_.back().at;
  const Time before = WholeSeconds(last);
  const bool apart = at && before && std::max(*at, *before) - std::min(*at, *before) > kGap;
  if (apart || bytes_ + bytes > max_bytes_) GiveTalk();
  bytes_ += bytes;
  exchanges_.push_back({activity.at ? activity.at : last, std::move(node)});
}

void GeminiTalks::GiveTalk() {
  if (exchanges_.empty()) return;
  std::reverse(exchanges_.begin(), exchanges_.end());
  std::stable_sort(exchanges_.begin(), exchanges_.end(),
                   [](const Exchange& a, const Exchange& b) { return a.at < b.at; });
  RawConversation talk;
  talk.created_at = WholeSeconds(exchanges_.front().at);
  talk.updated_at = WholeSeconds(exchanges_.back().at);
  talk.put_together = true;
  for (Exchange& exchange : exchanges_) talk.nodes.push_back(std::move(exchange.node));
  exchanges_.clear();
  bytes_ = 0;
  give_(std::move(talk));
}

}  // namespace soulprint
