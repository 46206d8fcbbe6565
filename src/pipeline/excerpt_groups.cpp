#include "pipeline/excerpt_groups.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/prompt_format.hpp"
#include "pipeline/types.hpp"
#include "util/shared_text.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

std::size_t SentCharacters(const Excerpt& excerpt) {
  std::size_t characters = 0;
  for (const std::string& text : SentTexts(excerpt)) characters += CountCharacters(text);
  return characters;
}

}  // namespace

ExcerptGroups::ExcerptGroups(const std::vector<std::string>& ids, Store& store,
                             const ReadPlan& plan, std::function<void()> without_words)
    : ids_(ids),
      store_(store),
      plan_(plan),
      without_words_(std::move(without_words)),
      open_(ids.size()) {
  if (!plan_.richness.empty()) RankGroups();
}

std::vector<Excerpt> ExcerptGroups::Next() {
  if (next_notes_ < plan_.notes.size()) return {plan_.notes[next_notes_++]};
  std::vector<Excerpt> group;
  if (plan_.richness.empty()) {
    for (Placed& placed : NextInOrder()) group.push_back(std::move(placed.excerpt));
  }
  // A group whose conversations were deleted meanwhile is empty.
  while (group.empty() && !ranked_.empty()) {
    group = Find(ranked_.back().places);
    ranked_.pop_back();
  }
  return group;
}

// The groups are the same in any order, so that the answers are remembered.
void ExcerptGroups::RankGroups() {
  for (auto group = NextInOrder(); !group.empty(); group = NextInOrder()) {
    Group& ranked = ranked_.emplace_back();
    for (const Placed& placed : group) {
      ranked.places.push_back(placed.place);
      ranked.richness = std::max(ranked.richness, plan_.richness.at(placed.place.conversation));
    }
  }
  open_ = ids_.size();
  std::stable_sort(ranked_.begin(), ranked_.end(),
                   [](const Group& a, const Group& b) { return a.richness < b.richness; });
}

std::vector<Excerpt> ExcerptGroups::Find(const std::vector<Place>& places) {
  std::vector<Excerpt> group;
  for (const Place& place : places) {
    if (open_ != place.conversation) {
      excerpts_.clear();
      Open(place.conversation, [] {});
    }
    for (const Placed& placed : excerpts_) {
      if (placed.place.chunk == place.chunk) group.push_back(placed.excerpt);
    }
  }
  return group;
}

std::vector<ExcerptGroups::Placed> ExcerptGroups::NextInOrder() {
  std::vector<Placed> group;
  std::size_t characters = 0;
  while (const Excerpt* next = Peek()) {
    const std::size_t more = SentCharacters(*next);
    if (!group.empty() && characters + more > plan_.question_characters) break;
    characters += more;
    const bool last = EndsGroup(*next, more);
    group.push_back(std::move(excerpts_.front()));
    excerpts_.pop_front();
    if (last) break;
  }
  return group;
}

const Excerpt* ExcerptGroups::Peek() {
  while (excerpts_.empty() && next_ < ids_.size()) Open(next_++, without_words_);
  return excerpts_.empty() ? nullptr : &excerpts_.front().excerpt;
}

void ExcerptGroups::Open(std::size_t position, const std::function<void()>& without_words) {
  open_ = position;
  const std::optional<Conversation> conversation = store_.ReadConversation(ids_[position]);
  if (!conversation) return;
  const SharedText id = ids_[position];
  const int shared = SharedMessages(position, *conversation);
  for (Chunk& chunk : ConversationToChunks(*conversation)) {
    std::erase_if(chunk.spans, [&](const Span& span) { return span.message < shared; });
    if (!HasUsersWords(chunk)) {
      without_words();
      continue;
    }
    const Place place = {position, chunk.index};
    excerpts_.push_back(
        {place, {id, ShownTitle(conversation->title), conversation->created_at, std::move(chunk)}});
  }
}

// Conversations are opened in order before any is opened again.
int ExcerptGroups::SharedMessages(std::size_t position, const Conversation& conversation) {
  if (shared_.size() <= position) {
    shared_.resize(position + 1);
    shared_[position] = beginnings_.Count(conversation);
  }
  return shared_[position];
}

// True for a share of all excerpts that grows with their size, by their content alone: on both
// sides of a change the questions soon end at the same places as before.
bool ExcerptGroups::EndsGroup(const Excerpt& excerpt, std::size_t characters) const {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  for (const std::string_view text :
       {std::string_view(excerpt.conversation_id), std::string_view(excerpt.chunk.content)}) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  return (hash >> 32) % std::max<std::size_t>(plan_.question_characters, 1) < characters;
}

}  // namespace soulprint
