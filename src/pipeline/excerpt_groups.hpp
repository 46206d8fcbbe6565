// Conversations ──► the lists of excerpts that questions about facts are about.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/excerpt.hpp"
#include "pipeline/shared_beginnings.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct ReadPlan {
  // Of what questions send of conversations, about so much stands in one.
  std::size_t question_characters = 8000;
  // Of each conversation: the questions with the richest are asked first; empty: the oldest first.
  std::vector<std::int64_t> richness = {};
  std::size_t sample_bytes = 0;  // of the sections' question, for which money is kept (later.hpp)
  std::vector<Excerpt> notes = {};  // each is a question of its own, asked first
};

class ExcerptGroups {
 public:
  // Reads the conversations with these ids, oldest first, one at a time; all parameters must
  // outlive this.  Calls `without_words` for each chunk in which the user says nothing: it is in no
  // group.  What a conversation has copied from an older one is in no excerpt.
  ExcerptGroups(const std::vector<std::string>& ids, Store& store, const ReadPlan& plan,
                std::function<void()> without_words);

  // The next group; empty if there is no more.
  std::vector<Excerpt> Next();

 private:
  // The conversation in the list of ids, the chunk in the conversation.
  struct Place {
    std::size_t conversation;
    int chunk;
  };
  struct Placed {
    Place place;
    Excerpt excerpt;
  };
  struct Group {
    std::int64_t richness = 0;  // of its richest conversation
    std::vector<Place> places;
  };

  void RankGroups();
  std::vector<Excerpt> Find(const std::vector<Place>& places);
  std::vector<Placed> NextInOrder();
  const Excerpt* Peek();
  void Open(std::size_t position, const std::function<void()>& without_words);
  int SharedMessages(std::size_t position, const Conversation& conversation);
  bool EndsGroup(const Excerpt& excerpt, std::size_t characters) const;

  const std::vector<std::string>& ids_;
  Store& store_;
  const ReadPlan& plan_;
  std::size_t next_notes_ = 0;  // in the plan
  std::function<void()> without_words_;
  SharedBeginnings beginnings_;
  std::vector<int> shared_;      // of the conversations opened in order: what others gave before
  std::vector<Group> ranked_;    // the richest last
  std::size_t next_ = 0;         // in ids_, to be opened in order
  std::size_t open_;             // in ids_
  std::deque<Placed> excerpts_;  // of the open conversation, in no group yet
};

}  // namespace soulprint
