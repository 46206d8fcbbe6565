// Chunks ──► facts in six categories (doc/behavior.md, "Facts" and "Notes of other assistants").

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/excerpt.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// What a question about the excerpt sends of each span: the user's words whole; of the assistant's
// the first 300 characters and, before a message of the user of less than 40 characters that may
// need its question, the last 300.
std::vector<std::string> SentTexts(const Excerpt& excerpt);

// True if the user says something in it; else it holds no facts.
bool HasUsersWords(const Chunk& chunk);

// The question about excerpts, which are not empty and either all of conversations or all of notes.
// Its material is one JSON document
//   {"conversations":[{"title":…,"messages":[{"date":"2024-03-20","role":"user","text":…},…]},…]}
// with one message per span, without invisible characters.  A message has a date where it is
// another one than that of the message before.  The caller sets the tag.
Question ExcerptsToQuestion(const std::vector<Excerpt>& excerpts);

// The facts in a model's answer about these excerpts, with the messages in which their quotes
// stand as sources; nullopt if the answer cannot be read.  Each item is checked by itself: coerced
// where the meaning is clear; dropped and counted if it is no fact, holds a secret, or has a quote
// that the user did not say, or that does not stand in the notes.  A fact without a quote stays
// unverified, with all excerpts as sources.
std::optional<ReadFacts> AnswerToFacts(std::string_view answer,
                                       const std::vector<Excerpt>& excerpts);

}  // namespace soulprint
