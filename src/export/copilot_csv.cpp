// Microsoft Copilot's table of messages ──► conversations (doc/export_format.md, "Copilot's
// table").
//
// The rows of one conversation are neighbours.  Titles are not unique, so that two runs of rows
// with the same title are two conversations.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/fields.hpp"
#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "export/local_time.hpp"
#include "export/raw_conversation.hpp"
#include "export/record_reader.hpp"
#include "export/text_forms.hpp"
#include "util/error.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

enum Column : std::size_t { kTitle, kTime, kAuthor, kMessage, kColumns };

// Their names, in lower case: in the history of Copilot, and of Copilot in Microsoft 365.
constexpr std::array<std::array<std::string_view, 2>, kColumns> kColumnNames = {
    {{"conversation", "chatname"},
     {"time", "createdat"},
     {"author", "author"},
     {"message", "messagecontent"}}};

// How a file is written.
struct Layout {
  char delimiter = ',';
  std::array<std::size_t, kColumns> places{};  // of the columns
};

// The fields of the first line.
std::vector<std::string> FirstFields(std::string_view head, char delimiter) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (char c : head) {
    if (c == '\n' || c == '\r') break;
    if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::optional<Layout> LayoutOf(std::string_view head) {
  for (char delimiter : {',', ';', '\t'}) {
    const std::vector<std::string> fields = FirstFields(head, delimiter);
    Layout layout{delimiter, {}};
    layout.places.fill(SIZE_MAX);
    for (std::size_t i = fields.size(); i-- > 0;) {
      const std::string name = LowerAscii(Trim(fields[i]));
      for (std::size_t column = 0; column < kColumns; ++column) {
        if (name == kColumnNames[column][0] || name == kColumnNames[column][1])
          layout.places[column] = i;
      }
    }
    const auto& places = layout.places;
    if (std::find(places.begin(), places.end(), SIZE_MAX) == places.end()) return layout;
  }
  return std::nullopt;
}

struct Row {
  std::array<std::string, kColumns> fields;
  bool too_large = false;
};

// RFC 4180 in pieces ──► rows.  A row ends with LF, CR or both.  A quote in the middle of a field
// is an ordinary character.
class RowReader {
 public:
  // max_bytes is the limit of a row.
  RowReader(const Layout& layout, std::size_t max_bytes) : layout_(layout), max_bytes_(max_bytes) {
    NextField(0);
  }

  // Reads to the end of the next row, else all bytes.  Returns how many bytes it has read.
  std::size_t Read(std::string_view bytes) {
    ended_ = false;
    std::size_t at = 0;
    while (at < bytes.size() && !ended_) {
      const std::size_t end = std::min(bytes.size(), NextMark(bytes, at));
      if (end > at) {
        if (state_ == State::kStart || state_ == State::kQuote) state_ = State::kPlain;
        Keep(bytes.substr(at, end - at));
      }
      if (end < bytes.size()) Step(bytes[end]);
      at = std::min(bytes.size(), end + 1);
    }
    return at;
  }

  bool ended() const { return ended_; }  // with the last byte read
  bool in_quotes() const { return state_ == State::kQuoted; }

  // What was read of the row.
  Row Take() {
    NextField(0);
    bytes_ = 0;
    return std::exchange(row_, {});
  }

 private:
  enum class State {
    kStart,  // of a field
    kPlain,
    kQuoted,
    kQuote,  // behind a quote in quotes
  };

  std::size_t NextMark(std::string_view bytes, std::size_t at) const {
    if (state_ == State::kQuoted) return bytes.find('"', at);
    const char marks[] = {layout_.delimiter, '"', '\r', '\n'};
    return bytes.find_first_of(std::string_view(marks, sizeof marks), at);
  }

  void Step(char c) {
    if (state_ == State::kQuoted) {
      state_ = State::kQuote;
    } else if (c == '"' && state_ == State::kStart) {
      state_ = State::kQuoted;
    } else if (c == '"') {
      if (state_ == State::kQuote) state_ = State::kQuoted;
      Keep("\"");
    } else if (c == layout_.delimiter) {
      NextField(column_ + 1);
    } else {
      ended_ = true;
    }
  }

  void NextField(std::size_t column) {
    state_ = State::kStart;
    column_ = column;
    field_ = nullptr;
    for (std::size_t i = 0; i < kColumns; ++i) {
      if (layout_.places[i] == column) field_ = &row_.fields[i];
    }
  }

  void Keep(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > max_bytes_) {
      if (!row_.too_large) row_ = {};
      row_.too_large = true;
    } else if (field_ != nullptr) {
      field_->append(bytes);
    }
  }

  Layout layout_;
  std::size_t max_bytes_;
  State state_ = State::kStart;
  std::size_t column_ = 0;
  std::string* field_ = nullptr;  // of the row; nullptr = nobody wants this column
  bool ended_ = false;
  std::size_t bytes_ = 0;  // of this row
  Row row_;
};

void RemoveCarriageReturns(std::string* text) {
  if (text->find('\r') != std::string::npos) std::erase(*text, '\r');
}

Time TimeOfRow(std::string_view text) {
  Time time = ParseTime(text);
  if (!time) time = ReadLocalTime(text, true).at;
  return time && *time > 0 ? time : std::nullopt;
}

bool IsOfUser(const RawMessage& message) { return message.role == "user"; }

// The file is newest first, but may have been sorted.  Without times the speakers tell.
bool IsNewestFirst(const std::vector<RawMessage>& messages) {
  const auto known = [](const RawMessage& message) { return message.at.has_value(); };
  const auto first = std::find_if(messages.begin(), messages.end(), known);
  const auto last = std::find_if(messages.rbegin(), messages.rend(), known);
  if (first != messages.end() && first->at != last->at) return first->at > last->at;
  return !IsOfUser(messages.front()) && IsOfUser(messages.back());
}

// A question and its answer have the same time.  Messages of one time that begin with an answer
// become question, answer, question, answer.
void PutQuestionsFirst(std::vector<RawMessage>::iterator begin,
                       std::vector<RawMessage>::iterator end) {
  if (IsOfUser(*begin)) return;
  const auto answers = std::stable_partition(begin, end, IsOfUser);
  std::vector<RawMessage> in_turn;
  auto question = begin;
  for (auto answer = answers; question != answers || answer != end;) {
    if (question != answers) in_turn.push_back(std::move(*question++));
    if (answer != end) in_turn.push_back(std::move(*answer++));
  }
  std::move(in_turn.begin(), in_turn.end(), begin);
}

// Oldest first.
void PutInOrder(std::vector<RawMessage>* messages) {
  if (IsNewestFirst(*messages)) std::reverse(messages->begin(), messages->end());
  const bool all_known = std::all_of(messages->begin(), messages->end(),
                                     [](const RawMessage& message) { return message.at; });
  if (!all_known) return;
  std::stable_sort(messages->begin(), messages->end(),
                   [](const RawMessage& a, const RawMessage& b) { return a.at < b.at; });
  for (auto begin = messages->begin(); begin != messages->end();) {
    const auto end = std::find_if(
        begin, messages->end(), [&](const RawMessage& message) { return message.at != begin->at; });
    PutQuestionsFirst(begin, end);
    begin = end;
  }
}

class CopilotCsvReader : public TextReader {
 public:
  CopilotCsvReader(const Layout& layout, const ImportLimits& limits, RecordReader* to,
                   ImportReport* report)
      : max_bytes_(limits.max_conversation_bytes),
        to_(to),
        report_(report),
        rows_(layout, max_bytes_ / 2) {}

  void Push(std::string_view bytes) override {
    while (!bytes.empty()) {
      interrupts_.Step();
      bytes.remove_prefix(rows_.Read(bytes));
      if (rows_.ended()) EndRow();
    }
  }

  void Finish() override {
    if (rows_.in_quotes()) {
      throw Error(sqlstate::kInvalidTextRepresentation, "unexpected end of export")
          .Detail("The last row ends inside quotes.")
          .Hint("Download or copy the file again.");
    }
    EndRow();
    GiveConversation();
  }

 private:
  void EndRow() {
    Row row = rows_.Take();
    if (!std::exchange(has_header_, true)) return;
    if (row.too_large) return to_->SkipRecord("too large");
    const auto is_empty = [](const std::string& field) { return field.empty(); };
    if (std::all_of(row.fields.begin(), row.fields.end(), is_empty)) return;
    std::optional<std::string> title = Clean(Trim(row.fields[kTitle]));
    CutTitle(&title);
    if (bytes_ != 0 && *title != title_) GiveConversation();
    title_ = std::move(*title);
    AddMessage(&row);
  }

  void AddMessage(Row* row) {
    RawMessage message;
    message.role = SpeakerOf(Trim(row->fields[kAuthor]));
    message.at = TimeOfRow(row->fields[kTime]);
    std::string text = std::move(row->fields[kMessage]);
    RemoveCarriageReturns(&text);
    message.text = Clean(Trim(text));
    if (message.text.empty()) message.hidden = "blank";
    bytes_ += sizeof message + message.role.size() + message.text.size();
    if (bytes_ > max_bytes_) {
      messages_.clear();
    } else {
      messages_.push_back(std::move(message));
    }
  }

  void GiveConversation() {
    if (bytes_ == 0) return;
    if (std::exchange(bytes_, 0) > max_bytes_) return to_->SkipRecord("too large");
    RawConversation raw;
    if (!title_.empty()) raw.title = std::move(title_);
    RawNode& node = raw.AddNode();
    node.messages = std::exchange(messages_, {});
    PutInOrder(&node.messages);
    raw.created_at = node.messages.front().at;
    raw.updated_at = node.messages.back().at;
    to_->TakeConversation(std::move(raw));
  }

  std::string Clean(std::string_view text) {
    return CleanUtf8(text, &report_->replaced_characters);
  }

  std::size_t max_bytes_;
  RecordReader* to_;
  ImportReport* report_;
  InterruptsNowAndThen interrupts_;
  RowReader rows_;
  bool has_header_ = false;
  // The conversation that is collected.
  std::string title_;
  std::vector<RawMessage> messages_;
  std::size_t bytes_ = 0;
};

bool IsCopilotCsv(std::string_view head) { return LayoutOf(head).has_value(); }

std::unique_ptr<TextReader> ReadCopilotCsv(std::string_view head, const ImportLimits& limits,
                                           RecordReader* to, ImportReport* report) {
  return std::make_unique<CopilotCsvReader>(*LayoutOf(head), limits, to, report);
}

}  // namespace

const TextForm kCopilotCsv = {IsCopilotCsv, ReadCopilotCsv};

}  // namespace soulprint
