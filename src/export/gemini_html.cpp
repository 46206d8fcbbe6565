// Google Takeout's page of activities ──► Gemini's activities (doc/export_format.md, "Gemini's
// page").
//
// A page is cut into its cells of class outer-cell, one activity each, before it is looked at
// closer.  Such a cell has a header-cell, which names the product, and content-cells.  In the first
// of these stand, between <br>, the title, the note of attached files, the local time, the answer.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/gemini.hpp"
#include "export/html_tags.hpp"
#include "export/html_to_text.hpp"
#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "export/local_time.hpp"
#include "export/record_reader.hpp"
#include "export/rejection.hpp"
#include "export/text_forms.hpp"
#include "util/ascii.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kKeptEntryBytes = std::size_t{1} << 20;
constexpr std::size_t kHeaderBytes = 1000;
constexpr std::size_t kShownCharacters = 60;
// Tags between lines.
constexpr std::array<std::string_view, 18> kLineTags = {
    "br", "div", "p",  "hr", "li", "ul", "ol",    "pre", "h1",
    "h2", "h3",  "h4", "h5", "h6", "tr", "table", "dl",  "blockquote"};
// In bytes of HTML, and how many lines of a cell are tried.
constexpr std::size_t kTimeBytes = 300;
constexpr std::size_t kTimeTries = 1000;
constexpr std::size_t kNoteBytes = 200;  // of the line that counts the attached files

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsAsciiDigit); }

// What stands between two tags that part lines.
struct Line {
  std::string_view html;
  bool has_link = false;
};

class Lines {
 public:
  explicit Lines(std::string_view html) : html_(html) {}

  // False at the end.
  bool Next(Line* line) {
    const std::size_t begin = at_;
    line->has_link = false;
    while (at_ < html_.size()) {
      interrupts_.Step();
      at_ += tags_.Read(html_.substr(at_));
      const HtmlTag* const tag = tags_.tag();
      if (tag == nullptr) break;
      if (tag->name == "a") line->has_link = true;
      if (std::find(kLineTags.begin(), kLineTags.end(), tag->name) == kLineTags.end()) continue;
      line->html = html_.substr(begin, at_ - tag->bytes - begin);
      return true;
    }
    line->html = html_.substr(begin);
    return begin < html_.size();
  }

  std::size_t begin_of(const Line& line) const {
    return static_cast<std::size_t>(line.html.data() - html_.data());
  }
  std::size_t at() const { return at_; }  // behind the line and its tag

 private:
  std::string_view html_;
  std::size_t at_ = 0;
  HtmlTags tags_;
  InterruptsNowAndThen interrupts_;
};

bool IsBlankHtml(std::string_view html) {
  return html.find_first_not_of(kHtmlSpaces) == std::string_view::npos;
}

// The words of a line of the title, with the user's own white space, but without the indentation
// of the page.
std::string GeminiHtmlWords(std::string_view html) {
  const std::size_t words = std::min(html.size(), html.find_first_not_of(kHtmlSpaces));
  if (html.substr(0, words).find('\n') != std::string_view::npos) html.remove_prefix(words);
  std::string text = HtmlToText("<pre>" + std::string(html));
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty()) return "";
  text.resize(static_cast<std::size_t>(trimmed.data() - text.data()) + trimmed.size());
  return text;
}

// Where the line of the time is in the content of an activity.
struct TimeLine {
  std::size_t begin = 0;
  std::size_t end = 0;  // the answer begins here
  Time at;
};

// The title takes at least one line.  Without a time it takes just one.
TimeLine FindTime(std::string_view html) {
  Lines lines(html);
  Line line;
  TimeLine found;
  bool has_title = false;
  for (std::size_t tries = 0; tries < kTimeTries && lines.Next(&line);) {
    if (IsBlankHtml(line.html)) continue;
    if (!std::exchange(has_title, true)) {
      found.begin = found.end = lines.at();
      continue;
    }
    if (line.html.size() > kTimeBytes) continue;
    const LocalTime time = ReadLocalTime(HtmlToText(line.html));
    if (time.found) return {lines.begin_of(line), lines.at(), time.at};
    ++tries;
  }
  return found;
}

// The title as Takeout's JSON has it: without the note of attached files, "Attached 2 files." in
// the language of the account, and the list of their links below it.
std::string TitleOf(std::string_view html) {
  Lines lines(html);
  Line line;
  std::string title;
  std::size_t end = std::string::npos;   // of the title, if its end is a list of files
  std::size_t last = std::string::npos;  // where the last line begins that may be their note
  while (lines.Next(&line)) {
    const std::string words = GeminiHtmlWords(line.html);
    const bool is_file = line.has_link && Trim(words).starts_with("-") && !title.empty();
    if (is_file && end == std::string::npos) end = last != std::string::npos ? last : title.size();
    if (!is_file && !words.empty()) end = std::string::npos;
    const bool may_be_note = words.size() <= kNoteBytes && HasDigit(words);
    last = !title.empty() && may_be_note ? title.size() : std::string::npos;
    if (!title.empty()) title += '\n';
    title += words;
  }
  if (end != std::string::npos) title.resize(end);
  return std::string(Trim(title));
}

bool IsGeminiHtmlPicture(const HtmlTag& tag) {
  if (tag.closes || tag.link.empty()) return false;
  if (tag.name == "img") return !tag.link.starts_with("http");
  return tag.name == "a" && tag.link.find(':') == std::string::npos && IsPictureName(tag.link);
}

// The parts of one cell of the page.
struct Cell {
  std::string_view header;
  std::string_view content;
  bool picture = false;
};

class CellParser {
 public:
  explicit CellParser(std::string_view html) : html_(html) {}

  Cell Parse() {
    HtmlTags tags;
    InterruptsNowAndThen interrupts;
    for (std::size_t at = 0; at < html_.size();) {
      interrupts.Step();
      at += tags.Read(html_.substr(at));
      if (tags.tag() != nullptr) Take(*tags.tag(), at);
    }
    End(html_.size());
    return cell_;
  }

 private:
  void Take(const HtmlTag& tag, std::size_t at) {
    cell_.picture = cell_.picture || IsGeminiHtmlPicture(tag);
    if (OpensClass(tag, "header-cell")) {
      Begin(&cell_.header, tag, at);
    } else if (OpensClass(tag, "content-cell")) {
      const bool beside = OpensClass(tag, "mdl-typography--text-right") ||
                          OpensClass(tag, "mdl-typography--caption");
      Begin(beside ? nullptr : &cell_.content, tag, at);
    } else if (tag.name == name_) {
      depth_ += tag.closes ? -1 : 1;
      if (depth_ == 0) End(at - tag.bytes);
    }
  }

  void Begin(std::string_view* part, const HtmlTag& tag, std::size_t at) {
    End(at - tag.bytes);
    name_ = tag.name;
    depth_ = 1;
    part_ = part;
    begin_ = at;
  }

  // Of several the first with words counts.
  void End(std::size_t at) {
    if (part_ != nullptr && IsBlankHtml(*part_)) *part_ = html_.substr(begin_, at - begin_);
    part_ = nullptr;
    name_.clear();
  }

  std::string_view html_;
  Cell cell_;
  std::string_view* part_ = nullptr;  // that is open
  std::string name_;                  // of its tag
  int depth_ = 0;
  std::size_t begin_ = 0;
};

class GeminiHtmlReader : public TextReader {
 public:
  GeminiHtmlReader(std::string_view head, const ImportLimits& limits, RecordReader* to,
                   ImportReport* report)
      : rejection_(RejectionOfBytes(head)),
        max_bytes_(limits.max_conversation_bytes),
        to_(to),
        report_(report) {}

  void Push(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t read = tags_.Read(bytes);
      if (open_) Keep(bytes.substr(0, read));
      if (tags_.tag() != nullptr) Take(*tags_.tag());
      bytes.remove_prefix(read);
    }
  }

  void Finish() override {
    EndCell(0);
    if (!of_gemini_) ThrowNoExport();
    if (!in_page_) return;
    throw Error(sqlstate::kInvalidTextRepresentation, "unexpected end of export")
        .Detail("The page ends without </html>.")
        .Hint("Download or copy the file again.");
  }

 private:
  [[noreturn]] void ThrowNoExport() const {
    if (!other_) {
      throw Error(sqlstate::kInvalidTextRepresentation,
                  "HTML page is not an export of conversations")
          .Detail(rejection_.what)
          .Hint(rejection_.hint);
    }
    throw Error(sqlstate::kInvalidTextRepresentation,
                "page of Google Takeout contains no activities of Gemini")
        .Detail(other_->empty() ? "Its activities name no product."
                                : Format("It contains activities of \"{}\".", *other_))
        .Hint("In Google Takeout choose My Activity > Gemini Apps, and give the ZIP file.");
  }

  void Take(const HtmlTag& tag) {
    if (tag.name == "html") in_page_ = !tag.closes;
    if (!OpensClass(tag, "outer-cell")) return;
    EndCell(tag.bytes);
    open_ = true;
  }

  void Keep(std::string_view bytes) {
    too_large_ = too_large_ || cell_.size() + bytes.size() > max_bytes_;
    if (too_large_) return std::string().swap(cell_);
    // Reserve the worst case: untouched pages are free, growing would hold two copies.
    if (cell_.size() + bytes.size() > kKeptEntryBytes) cell_.reserve(max_bytes_);
    cell_.append(bytes);
  }

  // The last bytes that were kept belong to the tag of the next cell.
  void EndCell(std::size_t tag_bytes) {
    if (!std::exchange(open_, false)) return;
    if (std::exchange(too_large_, false)) {
      SkipTooLarge();
      return;
    }
    std::string cell = std::exchange(cell_, {});
    cell.resize(cell.size() - tag_bytes);
    std::optional<Activity> activity = Read(cell);
    std::string().swap(cell);
    if (activity) to_->TakeActivity(std::move(*activity));
  }

  std::optional<Activity> Read(std::string_view html) {
    const Cell cell = CellParser(html).Parse();
    const std::string header = HtmlToText(cell.header.substr(0, kHeaderBytes));
    const std::string product = CleanUtf8(Trim(header));
    if (!NamesGemini(product)) {
      if (!other_) other_ = Truncate(Quoted(product), kShownCharacters);
      to_->SkipRecord("activity of another product");
      return std::nullopt;
    }
    of_gemini_ = true;
    const TimeLine time = FindTime(cell.content);
    // As in JSON, one text may have half of what a conversation may.
    const std::size_t most = max_bytes_ / 2;
    std::string answer = HtmlToText(cell.content.substr(time.end));
    if (time.begin > most || answer.size() > most) return SkipTooLarge();
    Activity activity;
    activity.answer = Clean(Trim(answer));
    std::string().swap(answer);
    activity.title = Clean(TitleOf(cell.content.substr(0, time.begin)));
    // Each byte that is no UTF-8 has become three.
    if (activity.title.size() + activity.answer.size() > max_bytes_) return SkipTooLarge();
    activity.picture = cell.picture;
    activity.at = time.at;
    return activity;
  }

  std::string Clean(std::string_view text) {
    return CleanUtf8(text, &report_->replaced_characters);
  }

  std::nullopt_t SkipTooLarge() {
    of_gemini_ = true;
    to_->SkipRecord("too large");
    return std::nullopt;
  }

  Rejection rejection_;  // of a page without activities
  std::size_t max_bytes_;
  RecordReader* to_;
  ImportReport* report_;
  HtmlTags tags_;
  bool in_page_ = false;  // between <html> and </html>
  bool open_ = false;     // inside a cell
  bool too_large_ = false;
  std::string cell_;
  bool of_gemini_ = false;
  std::optional<std::string> other_;  // the first other product
};

bool IsHtml(std::string_view head) { return head.starts_with("<"); }

std::unique_ptr<TextReader> ReadGeminiHtml(std::string_view head, const ImportLimits& limits,
                                           RecordReader* to, ImportReport* report) {
  return std::make_unique<GeminiHtmlReader>(head, limits, to, report);
}

}  // namespace

const TextForm kGeminiHtml = {IsHtml, ReadGeminiHtml};

}  // namespace soulprint
