#include "export/notes.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 10;

// Without a broken character at the end.
void Cut(std::string* text) {
  if (text->size() <= kMostBytes) return;
  std::size_t end = kMostBytes;
  while (end > 0 && ((*text)[end] & 0xC0) == 0x80) --end;
  text->resize(end);
  text->shrink_to_fit();
}

}  // namespace

void KeepNotes(Notes notes, std::vector<Notes>* kept) {
  if (IsBlank(notes.text)) return;
  Cut(&notes.text);
  const auto same = std::find_if(kept->begin(), kept->end(),
                                 [&](const Notes& other) { return other.source == notes.source; });
  if (same == kept->end()) {
    kept->push_back(std::move(notes));
  } else if (same->at <= notes.at) {
    *same = std::move(notes);
  }
}

}  // namespace soulprint
