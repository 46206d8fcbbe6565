#include "offline/notes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "offline/sentences.hpp"
#include "util/ascii.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

std::string_view FirstWord(std::string_view text) { return text.substr(0, text.find(' ')); }

void DropWord(std::string_view* text) { *text = Trim(text->substr(FirstWord(*text).size())); }

// The form of a verb that goes with "I": "lives" → "live".
std::string OwnVerb(std::string_view verb) {
  constexpr std::array<std::array<std::string_view, 2>, 8> kForms = {{{"is", "am"},
                                                                      {"isn't", "am not"},
                                                                      {"has", "have"},
                                                                      {"hasn't", "haven't"},
                                                                      {"does", "do"},
                                                                      {"doesn't", "don't"},
                                                                      {"goes", "go"},
                                                                      {"was", "was"}}};
  for (const auto& [form, own] : kForms) {
    if (verb == form) return std::string(own);
  }
  std::string own(verb);
  if (own.size() < 4 || !own.ends_with('s') || own.ends_with("ss")) return own;
  own.pop_back();
  if (own.ends_with("ie")) return own.replace(own.size() - 2, 2, "y");
  for (const std::string_view end : {"che", "she", "sse", "xe"}) {
    if (own.ends_with(end)) own.pop_back();
  }
  return own;
}

// The name with which notes begin: "Arjun Mehta is a senior advisor."; "" if they do not.
std::string_view NameIn(std::string_view sentence) {
  const std::string_view name = FirstWord(sentence);
  if (name.empty() || !IsAsciiUpper(name[0]) || Among(name, "The This That It I There Here User"))
    return "";
  do DropWord(&sentence);
  while (!sentence.empty() && IsAsciiUpper(sentence[0]));
  return Among(FirstWord(sentence), "is has was works lives") ? name : "";
}

// What follows the subject, if that is the user; "" if it is not.
std::string_view AfterUser(std::string_view sentence, std::string_view name) {
  std::string_view rest = sentence;
  if (Among(FirstWord(rest), "The the")) DropWord(&rest);
  const std::string_view word = FirstWord(rest);
  for (const std::string_view user : {std::string_view("User"), std::string_view("user"), name}) {
    if (user.empty() || !word.starts_with(user)) continue;
    const std::string_view end = word.substr(user.size());
    if (!end.empty() && end != "'s" && end != "’s") continue;
    rest.remove_prefix(user.size());
    if (user == name && end.empty()) {
      for (rest = Trim(rest); !rest.empty() && IsAsciiUpper(rest[0]);) DropWord(&rest);
    }
    return rest;
  }
  return "";
}

Note ToNote(std::string_view sentence, std::string_view name) {
  Note note{std::string(sentence), std::string(sentence), false};
  std::string_view rest = AfterUser(sentence, name);
  if (rest.empty()) return note;
  note.of_user = true;
  for (const std::string_view own : {"'s ", "’s "}) {
    if (!rest.starts_with(own)) continue;
    note.text = "My " + std::string(rest.substr(own.size()));
    return note;
  }
  note.text = "I";
  rest = Trim(rest);
  for (; FirstWord(rest).ends_with("ly") || Among(FirstWord(rest), "also now often");
       DropWord(&rest))
    note.text.append(1, ' ').append(FirstWord(rest));
  const std::string verb = OwnVerb(FirstWord(rest));
  DropWord(&rest);
  note.text.append(1, ' ').append(verb).append(1, ' ').append(rest);
  return note;
}

// What the form of custom instructions asks for.
Note ToNote(std::string_view line) {
  constexpr std::array<std::array<std::string_view, 2>, 3> kFields = {
      {{"Preferred name: ", "My name is "},
       {"Role: ", "I work as a "},
       {"Other Information: ", ""}}};
  for (const auto& [field, words] : kFields) {
    if (!line.starts_with(field)) continue;
    return {std::string(words) + std::string(line.substr(field.size())), std::string(line), false};
  }
  return {};
}

}  // namespace

std::vector<Note> ToNotes(std::string_view text) {
  std::vector<Note> notes;
  std::string_view name;
  for (std::string_view line : Split(text, '\n')) {
    CheckForInterrupts();
    line = Trim(line);
    while (line.starts_with("- ") || line.starts_with("* ")) line = Trim(line.substr(2));
    if (line.starts_with('#') || line.starts_with("**") || line.ends_with(':')) continue;
    if (Note field = ToNote(line); !field.text.empty()) {
      notes.push_back(std::move(field));
      continue;
    }
    for (const std::string_view sentence : SplitLine(line)) {
      if (name.empty()) name = NameIn(sentence);
      notes.push_back(ToNote(sentence, name));
    }
  }
  return notes;
}

}  // namespace soulprint
