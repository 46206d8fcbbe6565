#include "offline/facts.hpp"

#include <nlohmann/json.hpp>

#include "offline/conversation.hpp"
#include "offline/statement.hpp"
#include "offline/statements.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

SpokenConversation ReadConversation(std::string_view material) {
  try {
    const json document = json::parse(material);
    const json& from = document.at("conversation");
    SpokenConversation conversation;
    conversation.title = from.at("title").get<std::string>();
    conversation.date = from.at("date").get<std::string>();
    for (const json& message : from.at("messages")) {
      const bool user = message.at("role").get<std::string>() == "user";
      conversation.messages.push_back(
          {user ? Role::kUser : Role::kAssistant, message.at("text").get<std::string>()});
    }
    return conversation;
  } catch (const json::exception& e) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "material of the facts question is not a conversation")
        .Detail(e.what());
  }
}

ordered_json ToItem(const Statement& statement, const std::string& date) {
  switch (CategoryOf(statement.kind)) {
    case Category::kProjects:
      return {{"name", statement.text},
              {"description", ""},
              {"details", date == "unknown date" ? "" : "mentioned " + date},
              {"quote", statement.quote}};
    case Category::kDates:
      return {{"event", statement.text}, {"date", statement.more}, {"quote", statement.quote}};
    case Category::kDecisions:
      return {
          {"decision", statement.text}, {"context", statement.more}, {"quote", statement.quote}};
    default:
      return {{"text", statement.text}, {"quote", statement.quote}};
  }
}

}  // namespace

std::string AnswerFacts(std::string_view material) {
  const SpokenConversation conversation = ReadConversation(material);
  ordered_json answer;
  for (const Category category : kCategories) {
    answer[std::string(CategoryName(category))] = ordered_json::array();
  }
  for (const Statement& statement : ConversationToStatements(conversation)) {
    if (statement.text.empty()) continue;
    answer[std::string(CategoryName(CategoryOf(statement.kind)))].push_back(
        ToItem(statement, conversation.date));
  }
  return DumpJson(answer);
}

}  // namespace soulprint
