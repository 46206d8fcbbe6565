// The bytes of an HTML page, in pieces ──► its tags, one at a time, in memory of a fixed size.
//
// Comments, declarations, and what stands in scripts and style sheets have no tags.  A tag that
// does not end is none.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace soulprint {

inline constexpr std::string_view kHtmlSpaces = " \t\r\n\f";
inline bool IsHtmlSpace(char c) { return kHtmlSpaces.find(c) != std::string_view::npos; }

struct HtmlTag {
  std::string name;  // in lower case, its first bytes
  bool closes = false;
  std::string classes;    // the value of `class`, its first bytes
  std::string link;       // the value of `href` or `src`, its first bytes
  std::size_t bytes = 0;  // from < to >
};

// True if it is a start tag of that class.
bool OpensClass(const HtmlTag& tag, std::string_view name);

class HtmlTags {
 public:
  // Reads to the end of the next tag, else all bytes.  Returns how many bytes it has read.
  std::size_t Read(std::string_view bytes);

  // The tag that ended with the last byte read; nullptr if none did.
  const HtmlTag* tag() const { return found_ ? &tag_ : nullptr; }

 private:
  enum class State {
    kText,
    kLess,   // behind <
    kSlash,  // behind </
    kName,
    kBetween,  // between attributes
    kAttribute,
    kBehindAttribute,
    kBeforeValue,
    kValue,
    kBang,  // behind <! or <!-
    kComment,
    kDeclaration,
  };

  void Step(char c);
  void StepInText(char c);
  void StepBehindLess(char c);
  void StepInName(char c);
  void StepInAttribute(char c);
  void StepInValue(char c);
  void StepInComment(char c);
  void BeginTag();
  void BeginValue(char quote);
  void EndTag();

  State state_ = State::kText;
  HtmlTag tag_;
  bool found_ = false;
  std::string raw_;  // inside this element only its own end tag counts: "script", "style"
  std::string attribute_;
  std::string* value_ = nullptr;  // where the value is kept, nullptr = nowhere
  char quote_ = 0;                // 0 = the value has no quotes
  std::size_t dashes_ = 0;        // before this byte of a comment
};

}  // namespace soulprint
