#include "llm/thoughts.hpp"

#include <algorithm>
#include <array>

#include "util/text.hpp"

namespace soulprint {
namespace {

struct Mark {
  std::string_view open;
  std::string_view close;
};

constexpr auto kMarks = std::to_array<Mark>({{"<think>", "</think>"},
                                             {"<thinking>", "</thinking>"},
                                             {"<thought>", "</thought>"},
                                             {"<thoughts>", "</thoughts>"},
                                             {"<reasoning>", "</reasoning>"},
                                             {"[think]", "[/think]"},
                                             {"\u25C1think\u25B7", "\u25C1/think\u25B7"}});

char LowerLetter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Where the mark stands in the text, in any case of letters; the text's size if it does not.
std::size_t Find(std::string_view text, std::string_view mark) {
  const auto* const at = std::search(text.begin(), text.end(), mark.begin(), mark.end(),
                                     [](char a, char b) { return LowerLetter(a) == b; });
  return static_cast<std::size_t>(at - text.begin());
}

const Mark* MarkAtStart(std::string_view text) {
  for (const Mark& mark : kMarks) {
    if (Find(text.substr(0, mark.open.size()), mark.open) == 0 && text.size() >= mark.open.size()) {
      return &mark;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view WithoutThoughts(std::string_view text) {
  constexpr std::string_view kBeginsAnAnswer = "{[`#";
  std::string_view rest = Trim(text);
  if (MarkAtStart(rest) == nullptr) {
    if (rest.empty() || kBeginsAnAnswer.find(rest.front()) != std::string_view::npos) return text;
    for (const Mark& mark : kMarks) {
      const std::size_t end = Find(rest, mark.close);
      if (end < rest.size()) return Trim(rest.substr(end + mark.close.size()));
    }
    return text;
  }
  while (const Mark* const mark = MarkAtStart(rest)) {
    const std::size_t end = Find(rest, mark->close);
    if (end == rest.size()) return {};
    rest = Trim(rest.substr(end + mark->close.size()));
  }
  return rest;
}

}  // namespace soulprint
