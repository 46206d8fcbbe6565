// Inside a record only quotes and brackets matter, so the scan jumps from one to the next.  Between
// records, and among the keys of the outermost object, it looks at every byte.

#include "export/splitter.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "export/rejection.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kHeadBytes = 1024;   // enough to recognize a file that is not JSON
constexpr std::size_t kEndBytes = 4096;    // kept of each end of a record that is too large
constexpr std::size_t kTokenBytes = 4096;  // parsing a longer number takes many times its size
constexpr std::size_t kKeyBytes = 60;
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;
constexpr std::size_t kRoom = 64;  // behind a record: its parser looks at whole blocks
constexpr std::string_view kBom = "\xEF\xBB\xBF";

bool IsJsonSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<bool, 256> MakeStructural() {
  std::array<bool, 256> table{};
  for (unsigned char c : {'"', '{', '}', '[', ']'}) table[c] = true;
  return table;
}
constexpr std::array<bool, 256> kStructural = MakeStructural();

[[noreturn]] void ThrowNoJson(std::string_view head) {
  const Rejection rejection = RejectionOfBytes(head);
  throw Error(sqlstate::kInvalidTextRepresentation, "export is not a JSON array or object")
      .Detail(rejection.what)
      .Hint(rejection.hint);
}

bool OddBackslashes(std::string_view bytes, std::size_t begin, std::size_t end, bool carried) {
  std::size_t at = end;
  while (at > begin && bytes[at - 1] == '\\') --at;
  return ((end - at) % 2 == 1) != (at == begin && carried);
}

}  // namespace

void RecordSplitter::Push(std::string_view bytes) {
  const std::size_t pushed = bytes.size();
  if (mode_ == Mode::kStart) bytes = SkipStart(bytes);
  begin_ = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    if (in_string_) {
      at = SkipString(bytes, at);
    } else if (mode_ == Mode::kList && depth_ == list_depth_) {
      StepInList(bytes, at++);
    } else if (mode_ == Mode::kObject && depth_ == 1) {
      StepInObject(bytes, at++);
    } else if (mode_ == Mode::kAfterObject || mode_ == Mode::kEnd) {
      StepAfterEnd(bytes, at++);
    } else {
      at = SkipNested(bytes, at);
    }
  }
  if (open_) KeepRecord(bytes.substr(begin_));
  read_ += pushed;
}

void RecordSplitter::Finish() {
  if (mode_ == Mode::kAfterObject && held_) GiveRecord(lines_ ? Kind::kElement : Kind::kWhole);
  if (mode_ == Mode::kAfterObject || mode_ == Mode::kEnd) return;
  if (mode_ == Mode::kStart) {
    if (!head_.empty() && head_ != kBom) ThrowNoJson(head_);
    throw Error(sqlstate::kInvalidTextRepresentation, "export is empty")
        .Detail(Format("The file has {} bytes and no JSON.", read_))
        .Hint(std::string(AnyExportHint()));
  }
  throw Error(sqlstate::kInvalidTextRepresentation, "unexpected end of export")
      .Detail(Format("The JSON is not complete after {} bytes.", read_))
      .Hint("Download or copy the file again.");
}

// Skips white space and a byte order mark, and takes the first bracket.
std::string_view RecordSplitter::SkipStart(std::string_view bytes) {
  while (!bytes.empty()) {
    if (head_.empty() && IsJsonSpace(bytes[0])) {
      bytes.remove_prefix(1);
      continue;
    }
    if (head_ == kBom) {
      head_.clear();
      continue;
    }
    const char c = bytes[0];
    if (head_.empty() && (c == '[' || c == '{')) {
      if (c == '{') {
        BeginObject();
        record_ = c;
      } else {
        mode_ = Mode::kList;
        depth_ = list_depth_ = 1;
      }
      return bytes.substr(1);
    }
    head_ += c;
    bytes.remove_prefix(1);
    if (head_.size() == kHeadBytes) ThrowNoJson(head_);
  }
  return bytes;
}

// Returns the place after the quote that ends the string, or the end of bytes.
std::size_t RecordSplitter::SkipString(std::string_view bytes, std::size_t at) {
  const std::size_t begin = at;
  std::size_t end = bytes.size();
  while (at < bytes.size()) {
    const void* const quote = std::memchr(bytes.data() + at, '"', bytes.size() - at);
    end = quote == nullptr
              ? bytes.size()
              : static_cast<std::size_t>(static_cast<const char*>(quote) - bytes.data());
    const bool escaped = OddBackslashes(bytes, at, end, escaped_);
    escaped_ = quote == nullptr && escaped;
    at = std::min(end + 1, bytes.size());
    if (quote != nullptr && !escaped) {
      in_string_ = false;
      break;
    }
    end = bytes.size();
  }
  string_bytes_ += end - begin;
  long_string_ = long_string_ || (open_ && string_bytes_ > max_bytes_ / 2);
  if (!in_string_) string_bytes_ = 0;
  if (in_key_) {
    const std::size_t room = kKeyBytes - key_.size();
    key_.append(bytes.substr(begin, std::min(end - begin, room)));
    if (!in_string_) in_key_ = key_expected_ = false;
  }
  return at;
}

// Goes to the next quote or bracket and takes it.  Returns the place after it.
std::size_t RecordSplitter::SkipNested(std::string_view bytes, std::size_t at) {
  const std::size_t begin = at;
  while (at < bytes.size() && !kStructural[static_cast<unsigned char>(bytes[at])]) ++at;
  if (at - begin > kTokenBytes) {
    const std::string_view first = bytes.substr(begin, kTokenBytes);
    long_token_ = long_token_ || first.find_first_of(",: \t\r\n") == std::string_view::npos;
  }
  if (at == bytes.size()) return at;
  const char c = bytes[at];
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else {
    Close(bytes, at);
  }
  return at + 1;
}

void RecordSplitter::Close(std::string_view bytes, std::size_t at) {
  --depth_;
  if (mode_ == Mode::kList && depth_ == list_depth_) {
    KeepRecord(bytes.substr(begin_, at + 1 - begin_));
    GiveRecord(Kind::kElement);
  } else if (depth_ == 0) {
    if (open_) KeepRecord(bytes.substr(begin_, at + 1 - begin_));
    held_ = std::exchange(open_, false);
    mode_ = Mode::kAfterObject;
  }
}

void RecordSplitter::StepInList(std::string_view bytes, std::size_t at) {
  const char c = bytes[at];
  if (c == ',' || IsJsonSpace(c)) {
    in_scalar_ = false;
  } else if (c == '{' || c == '[') {
    ++depth_;
    open_ = true;
    begin_ = at;
  } else if (c == '}' || c == ']') {
    --depth_;
    in_scalar_ = false;
    mode_ = depth_ == 0 ? Mode::kEnd : Mode::kRest;
  } else {
    in_string_ = c == '"';
    if (!in_scalar_) take_({Kind::kNoObject, {}, {}});
    in_scalar_ = !in_string_;
  }
}

void RecordSplitter::StepInObject(std::string_view bytes, std::size_t at) {
  const char c = bytes[at];
  const std::size_t token = std::exchange(token_bytes_, 0);
  if (c == '"') {
    in_string_ = true;
    in_key_ = key_expected_;
    if (in_key_) key_.clear();
  } else if (c == ',') {
    key_expected_ = true;
  } else if (c == '[' && key_ == "conversations" && !key_expected_) {
    DropRecord();
    mode_ = Mode::kList;
    list_depth_ = ++depth_;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    Close(bytes, at);
  } else if (c != ':' && !IsJsonSpace(c)) {
    token_bytes_ = token + 1;
    long_token_ = long_token_ || token_bytes_ > kTokenBytes;
  }
}

void RecordSplitter::StepAfterEnd(std::string_view bytes, std::size_t at) {
  if (IsJsonSpace(bytes[at])) return;
  if (mode_ == Mode::kEnd || bytes[at] != '{') {
    throw Error(sqlstate::kInvalidTextRepresentation, "export is not valid JSON")
        .Detail("There is more text after the end of the JSON.")
        .Hint(std::string(AnyExportHint()));
  }
  if (held_) {
    GiveRecord(Kind::kElement);
  } else {
    take_({Kind::kEndOfList, {}, {}});
  }
  lines_ = true;
  BeginObject();
  begin_ = at;
}

void RecordSplitter::BeginObject() {
  mode_ = Mode::kObject;
  depth_ = 1;
  key_expected_ = true;
  open_ = true;
}

void RecordSplitter::KeepRecord(std::string_view bytes) {
  if (!too_large_ && !long_string_ && !long_token_ && record_.size() + bytes.size() <= max_bytes_) {
    // Reserve the worst case: untouched pages are free, growing would hold two copies.
    const std::size_t size = record_.size() + bytes.size();
    record_.reserve((size > kKeptCapacity ? max_bytes_ : size) + kRoom);
    record_.append(bytes);
    return;
  }
  if (!too_large_) {
    too_large_ = true;
    tail_ = record_.substr(record_.size() - std::min(record_.size(), kEndBytes));
    record_.resize(std::min(record_.size(), kEndBytes));
    record_.shrink_to_fit();
  }
  record_.append(bytes.substr(0, kEndBytes - record_.size()));
  tail_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kEndBytes)));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kEndBytes));
}

void RecordSplitter::GiveRecord(Kind kind) {
  if (too_large_) kind = Kind::kTooLarge;
  Record record{kind, std::move(record_), std::move(tail_)};
  DropRecord();
  take_(std::move(record));
}

void RecordSplitter::DropRecord() {
  open_ = false;
  too_large_ = false;
  long_string_ = false;
  long_token_ = false;
  record_.clear();
  tail_.clear();
  if (record_.capacity() > kKeptCapacity) record_.shrink_to_fit();
}

}  // namespace soulprint
