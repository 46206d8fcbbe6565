// soulprint.replies: the answers that were paid for (doc/architecture.md, "Remembered answers").

#pragma once

#include <string>
#include <vector>

#include "pipeline/model.hpp"

namespace soulprint {

// Whose answer to which question.
struct ReplyKey {
  std::string user_id;
  Step step = Step::kFacts;
  std::string question;  // the SHA-256 of its identity, as 64 hex digits
  int try_number = 0;
  std::string model;
  std::vector<std::string> conversation_ids;  // as of Question
};

ReplyKey KeyOf(const std::string& user_id, const Question& question);

// Remembers a final answer, in the open transaction; the first one of a question stays.
void InsertReply(const ReplyKey& key, const Answer& answer);

}  // namespace soulprint
