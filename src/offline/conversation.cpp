#include "offline/conversation.hpp"

#include <set>
#include <utility>

#include "offline/objects.hpp"
#include "offline/sentences.hpp"
#include "offline/statements.hpp"
#include "offline/words.hpp"

namespace soulprint {
namespace {

bool Greets(std::string_view message) {
  const std::string lower = AsciiLower(message.substr(0, 200));
  const Sentence sentence = ReadSentence(lower, lower);
  return AnyAmong(sentence, 0, 4, "hi hello hey greetings hiya howdy") ||
         lower.find("nice to meet") != std::string::npos;
}

// Statements with equal keys say the same; one that the user does something equals one that they
// like it.
std::string KeyOf(const Statement& statement) {
  if (statement.kind == Statement::Kind::kLike || statement.kind == Statement::Kind::kActivity) {
    return "thing\n" + ThingKey(statement.thing);
  }
  return std::to_string(static_cast<int>(statement.kind)) + AsciiLower(statement.text) + '\n' +
         statement.thing;
}

}  // namespace

std::vector<Statement> ConversationToStatements(const SpokenConversation& conversation) {
  std::vector<Statement> statements;
  std::set<std::string> known;
  for (const Spoken& message : conversation.messages) {
    if (message.role != Role::kUser) continue;
    const OwnWords earnest = MessageToSentences(message.text);
    const bool greeting = Greets(message.text);
    for (const std::string_view sentence : earnest.sentences) {
      std::vector<Statement> said;
      SentenceToStatements(sentence, conversation.date, greeting, &said);
      for (Statement& statement : said) {
        if (known.insert(KeyOf(statement)).second) statements.push_back(std::move(statement));
      }
    }
    if (earnest.role_play) break;
  }
  return statements;
}

}  // namespace soulprint
