#include "export/html_tags.hpp"

#include <algorithm>

#include "util/ascii.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kTagNameBytes = 16;
constexpr std::size_t kValueBytes = 500;

char Lower(char c) { return IsAsciiUpper(c) ? static_cast<char>(c | 0x20) : c; }

void Keep(char c, std::size_t most, std::string* text) {
  if (text->size() < most) text->push_back(c);
}

}  // namespace

bool OpensClass(const HtmlTag& tag, std::string_view name) {
  if (tag.closes) return false;
  std::string_view left = tag.classes;
  while (!left.empty()) {
    const std::size_t end = std::min(left.size(), left.find_first_of(kHtmlSpaces));
    if (left.substr(0, end) == name) return true;
    left.remove_prefix(std::min(left.size(), end + 1));
  }
  return false;
}

std::size_t HtmlTags::Read(std::string_view bytes) {
  found_ = false;
  std::size_t at = 0;
  while (at < bytes.size() && !found_) {
    if (state_ == State::kText) at = std::min(bytes.size(), bytes.find('<', at));
    if (at < bytes.size()) Step(bytes[at++]);
  }
  return at;
}

void HtmlTags::Step(char c) {
  ++tag_.bytes;
  switch (state_) {
    case State::kText:
      return StepInText(c);
    case State::kLess:
    case State::kSlash:
      return StepBehindLess(c);
    case State::kName:
      return StepInName(c);
    case State::kBetween:
    case State::kAttribute:
    case State::kBehindAttribute:
      return StepInAttribute(c);
    case State::kBeforeValue:
    case State::kValue:
      return StepInValue(c);
    case State::kBang:
    case State::kComment:
      return StepInComment(c);
    case State::kDeclaration:
      if (c == '>') state_ = State::kText;
  }
}

void HtmlTags::StepInText(char c) {
  state_ = State::kText;
  if (c == '<') BeginTag();
}

void HtmlTags::BeginTag() {
  state_ = State::kLess;
  tag_.name.clear();
  tag_.classes.clear();
  tag_.link.clear();
  tag_.closes = false;
  tag_.bytes = 1;
}

void HtmlTags::StepBehindLess(char c) {
  if (c == '/' && !tag_.closes) {
    tag_.closes = true;
    state_ = State::kSlash;
  } else if (!raw_.empty() && !tag_.closes) {
    StepInText(c);
  } else if (IsAsciiLetter(c)) {
    state_ = State::kName;
    tag_.name.push_back(Lower(c));
  } else if (!tag_.closes && (c == '!' || c == '?')) {
    state_ = c == '!' ? State::kBang : State::kDeclaration;
  } else {
    StepInText(c);
  }
}

void HtmlTags::StepInName(char c) {
  if (!raw_.empty() && c == '<') return BeginTag();
  if (!IsHtmlSpace(c) && c != '/' && c != '>') return Keep(Lower(c), kTagNameBytes, &tag_.name);
  if (!raw_.empty() && tag_.name != raw_) {
    state_ = State::kText;
  } else if (c == '>') {
    EndTag();
  } else {
    state_ = State::kBetween;
  }
}

void HtmlTags::StepInAttribute(char c) {
  if (c == '>') {
    EndTag();
  } else if (c == '/') {
    state_ = State::kBetween;
  } else if (c == '=' && state_ != State::kBetween) {
    state_ = State::kBeforeValue;
  } else if (IsHtmlSpace(c)) {
    if (state_ == State::kAttribute) state_ = State::kBehindAttribute;
  } else if (state_ == State::kAttribute) {
    Keep(Lower(c), kTagNameBytes, &attribute_);
  } else {
    state_ = State::kAttribute;
    attribute_ = Lower(c);
  }
}

void HtmlTags::StepInValue(char c) {
  if (state_ == State::kBeforeValue) {
    if (IsHtmlSpace(c)) return;
    if (c == '>') return EndTag();
    BeginValue(c == '"' || c == '\'' ? c : 0);
    if (quote_ != 0) return;
  }
  if (quote_ != 0 ? c == quote_ : IsHtmlSpace(c)) {
    state_ = State::kBetween;
  } else if (quote_ == 0 && c == '>') {
    EndTag();
  } else if (value_ != nullptr) {
    Keep(c, kValueBytes, value_);
  }
}

void HtmlTags::BeginValue(char quote) {
  state_ = State::kValue;
  quote_ = quote;
  value_ = nullptr;
  if (attribute_ == "class") value_ = &tag_.classes;
  if (attribute_ == "href" || attribute_ == "src") value_ = &tag_.link;
  if (value_ != nullptr) value_->clear();
}

// A comment begins with <!--; what else begins with <! is a declaration.
void HtmlTags::StepInComment(char c) {
  if (state_ == State::kBang) {
    if (c == '-' && tag_.bytes == 3) return;
    state_ = c == '-' ? State::kComment : State::kDeclaration;
    dashes_ = 2;
    if (c == '>') state_ = State::kText;
    return;
  }
  if (c == '>' && dashes_ >= 2) state_ = State::kText;
  dashes_ = c == '-' ? dashes_ + 1 : 0;
}

void HtmlTags::EndTag() {
  state_ = State::kText;
  found_ = true;
  if (tag_.closes) {
    raw_.clear();
  } else if (tag_.name == "script" || tag_.name == "style") {
    raw_ = tag_.name;
  }
}

}  // namespace soulprint
