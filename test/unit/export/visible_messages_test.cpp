// What the user saw: the active branch of a tree, and which of its messages are visible.

#include "export/visible_messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "export/parser.hpp"

namespace soulprint {
namespace {

RawConversation Read(const std::string& json) {
  RawConversation raw;
  EXPECT_EQ(JsonToRaw(json, {512}, &raw), ParseResult::kRead) << json;
  return raw;
}

// A node with a user message whose text is its key.
std::string Node(const std::string& key, const std::string& links, const std::string& time = "1") {
  return "\"" + key + "\":{" + links +
         ",\"message\":{\"author\":{\"role\":\"user\"},\"create_time\":" + time +
         ",\"content\":{\"content_type\":\"text\",\"parts\":[\"" + key + "\"]}}}";
}

std::string Texts(const Conversation& conversation) {
  std::string texts;
  for (const Message& message : conversation.messages) texts += message.text;
  return texts;
}

std::string Path(const std::string& nodes, const std::string& current, std::size_t unordered = 0) {
  ImportReport report;
  const std::string json = "{\"mapping\":{" + nodes + "},\"current_node\":" + current + "}";
  const Conversation conversation = RawToConversation(Read(json), &report);
  EXPECT_EQ(report.unordered, unordered);
  return Texts(conversation);
}

TEST(ActivePath, FollowsParentsFromTheCurrentNode) {
  const std::string nodes = Node("d", R"("parent":"b")", "9") + "," + Node("c", R"("parent":"b")") +
                            "," + Node("a", R"("parent":null)", "5") + "," +
                            Node("b", R"("parent":"a")", "2");
  EXPECT_EQ(Path(nodes, "\"c\""), "abc");
  EXPECT_EQ(Path(nodes, "\"d\""), "abd");
  EXPECT_EQ(Path(nodes, "\"b\""), "ab");
}

TEST(ActivePath, WithoutACurrentNodeTakesTheNewestLeafOfEqualsTheLast) {
  const std::string root = Node("a", R"("parent":null)", "99");
  const std::string b = "," + Node("b", R"("parent":"a")", "5");
  EXPECT_EQ(Path(root + b + "," + Node("c", R"("parent":"a")", "4"), "null"), "ab");
  EXPECT_EQ(Path(root + b + "," + Node("c", R"("parent":"a")", "5"), "\"gone\""), "ac");
  EXPECT_EQ(Path(root + b + "," + Node("c", R"("parent":"a")", "null"), "null"), "ab");
  EXPECT_EQ(Path(root + b + R"(,"c":{"parent":"a","message":null})", "7"), "ab");
}

TEST(ActivePath, RebuildsParentsFromChildren) {
  EXPECT_EQ(Path(Node("a", R"("children":["b","gone"])") + "," + Node("b", R"("children":["c"])") +
                     "," + Node("c", R"("children":[])"),
                 "\"c\""),
            "abc");
  EXPECT_EQ(Path(Node("a", R"("parent":null,"children":["b"])") + "," +
                     Node("b", R"("parent":null,"children":[])"),
                 "\"b\""),
            "ab");
  // A node's own parent field counts, unless that parent does not exist.
  EXPECT_EQ(
      Path(Node("a", R"("parent":null,"children":["c"])") + "," +
               Node("b", R"("parent":"a","children":[])") + "," + Node("c", R"("parent":"b")"),
           "\"c\""),
      "abc");
  EXPECT_EQ(Path(Node("a", R"("parent":null,"children":["b"])") + "," +
                     Node("b", R"("parent":"gone")") + "," + Node("c", R"("parent":"b")"),
                 "\"c\""),
            "abc");
}

TEST(ActivePath, EndsAtOrphansAndCycles) {
  EXPECT_EQ(Path(Node("b", R"("parent":"gone")") + "," + Node("c", R"("parent":"b")"), "\"c\""),
            "bc");
  EXPECT_EQ(Path(Node("a", R"("parent":"b")") + "," + Node("b", R"("parent":"a")"), "\"a\""), "ba");
  EXPECT_EQ(Path(Node("a", R"("parent":"a")"), "\"a\""), "a");
  EXPECT_EQ(Path(Node("a", R"("parent":"b")") + "," + Node("b", R"("parent":"a")"), "null", 1),
            "ab");
}

TEST(ActivePath, TakesOneOfSeveralTrees) {
  const std::string two = Node("a", R"("parent":null)") + "," + Node("b", R"("parent":"a")") + "," +
                          Node("x", R"("parent":null)") + "," + Node("y", R"("parent":"x")", "5");
  EXPECT_EQ(Path(two, "\"b\""), "ab");
  EXPECT_EQ(Path(two, "null"), "xy");
  // A cycle beside a tree, and a branch that begins in a cycle.
  const std::string cycle = Node("p", R"("parent":"q")") + "," + Node("q", R"("parent":"p")") + ",";
  EXPECT_EQ(Path(cycle + two, "null"), "xy");
  EXPECT_EQ(Path(cycle + Node("r", R"("parent":"p")"), "null"), "qpr");
}

TEST(ActivePath, NeitherTimeNorDepthNorTheFirstChildDecides) {
  const std::string tree = Node("a", R"("parent":null,"children":["b","c"])", "50") + "," +
                           Node("b", R"("parent":"a","children":["d"])", "60") + "," +
                           Node("d", R"("parent":"b","children":["e"])", "70") + "," +
                           Node("e", R"("parent":"d","children":[])", "80") + "," +
                           Node("c", R"("parent":"a","children":[])", "10");
  EXPECT_EQ(Path(tree, "\"c\""), "ac");
}

TEST(ActivePath, ARootMayCarryAMessageOrNameAParentThatIsNotThere) {
  EXPECT_EQ(Path(Node("client-created-root", R"("children":["b"])") + "," +
                     Node("b", R"("parent":"client-created-root")"),
                 "\"b\""),
            "client-created-rootb");
  EXPECT_EQ(Path(Node("b", R"("parent":"a")") + "," + Node("a", R"("parent":"nowhere")"), "\"b\""),
            "ab");
}

TEST(ActivePath, AHiddenNodeDoesNotSplitTheThread) {
  EXPECT_EQ(Path(Node("a", R"("parent":null)") +
                     R"(,"s":{"parent":"a","message":{"author":{"role":"system"}}},"n":null,)" +
                     Node("b", R"("parent":"s")"),
                 "\"b\""),
            "ab");
}

TEST(ActivePath, AChainOfAHundredThousandNodesIsWalked) {
  RawConversation raw;
  raw.has_mapping = true;
  for (int i = 0; i < 100000; ++i) {
    RawNode& node = raw.nodes.emplace_back();
    node.key = std::to_string(i);
    if (i > 0) node.parent = std::to_string(i - 1);
    node.has_message = true;
    node.message.role = "user";
    node.message.text = "x";
  }
  EXPECT_EQ(RawToConversation(std::move(raw), nullptr).messages.size(), 100000u);
}

// The visible text of one message; "-" and the reason if it is hidden.
std::string Show(const std::string& message) {
  ImportReport report;
  const Conversation conversation =
      RawToConversation(Read("{\"mapping\":{\"a\":{\"message\":{" + message + "}}}}"), &report);
  if (conversation.messages.empty()) {
    return report.hidden.empty() ? "-" : "-" + report.hidden.begin()->first;
  }
  return conversation.messages[0].text;
}

const std::string kUser = R"("author":{"role":"user"},)";
const std::string kAssistant = R"("author":{"role":"assistant"},)";
const std::string kText = R"("content":{"content_type":"text","parts":[" hi\n"]})";

TEST(VisibleText, ShowsWhatUserAndAssistantSaid) {
  EXPECT_EQ(Show(kUser + kText), "hi");
  EXPECT_EQ(Show(kAssistant + kText + R"(,"recipient":"all","weight":1,"channel":"final")"), "hi");
  EXPECT_EQ(Show(kAssistant + kText + R"(,"recipient":null,"metadata":null)"), "hi");
  EXPECT_EQ(Show(kAssistant + R"("status":"in_progress",)" + kText), "hi");
  EXPECT_EQ(Show(kUser + R"("content":{"parts":["no type"]})"), "no type");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","parts":["new"]})"), "new");
}

TEST(VisibleText, HidesEverythingElse) {
  EXPECT_EQ(Show(R"("author":{"role":"system"},)" + kText), "-system");
  EXPECT_EQ(Show(R"("author":{"role":"tool"},)" + kText), "-tool");
  EXPECT_EQ(Show(R"("author":{"role":"function"},)" + kText), "-other role");
  EXPECT_EQ(Show(kText), "-other role");
  EXPECT_EQ(Show(kAssistant + R"("recipient":"bio",)" + kText), "-tool call");
  EXPECT_EQ(Show(kUser + R"("weight":0.0,)" + kText), "-weight 0");
  EXPECT_EQ(Show(kAssistant + R"("channel":"analysis",)" + kText), "-analysis");
  EXPECT_EQ(Show(kUser + R"("metadata":{"is_visually_hidden_from_conversation":true},)" + kText),
            "-hidden");
  EXPECT_EQ(Show(kUser + R"("metadata":{"is_user_system_message":true},)" + kText),
            "-custom instructions");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"text","parts":[" \u00a0",""]})"), "-blank");
  EXPECT_EQ(Show(kUser + R"("content":null)"), "-blank");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","text":"x"})"), "-new_type");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","parts":[" "]})"), "-blank");
  EXPECT_EQ(Show(R"("content":{"content_type":"user_editable_context","user_profile":"x"},)"
                 R"("author":{"role":"user"},"metadata":{"user_context_message_data":{}})"),
            "-user_editable_context");
  EXPECT_EQ(
      Show(R"("author":{"role":"system"},"metadata":{"rebase_system_message":true},)" + kText),
      "-system");
  for (const char* type :
       {"code", "execution_output", "tether_browsing_display", "tether_browsing_code",
        "tether_quote", "sonic_webpage", "app_pairing_content", "citable_code_output",
        "computer_output", "system_error", "thoughts", "reasoning_recap", "user_editable_context",
        "model_editable_context"}) {
    EXPECT_EQ(Show(kAssistant + R"("content":{"content_type":")" + type + R"(","parts":["x"]})"),
              std::string("-") + type);
  }
}

std::string Parts(const std::string& who, const std::string& parts) {
  return Show(who + R"("content":{"content_type":"multimodal_text","parts":[)" + parts + "]}");
}

TEST(VisibleText, JoinsPartsAndTranscriptions) {
  const std::string picture =
      R"({"content_type":"image_asset_pointer","asset_pointer":"file-service://x"})";
  EXPECT_EQ(Parts(kUser, R"("a",)" + picture + R"(,null,7,"b",{"name":"n","content":"no"})"),
            "a\nb");
  EXPECT_EQ(Parts(kUser, picture), "[image]");
  EXPECT_EQ(Parts(kUser, picture + R"(," ")"), "[image]");
  EXPECT_EQ(Parts(kAssistant, picture), "-blank");
  EXPECT_EQ(
      Parts(kUser, R"({"content_type":"audio_asset_pointer","asset_pointer":"x"},)"
                   R"({"content_type":"audio_transcription","text":"spoken","direction":"in"})"),
      "spoken");
  EXPECT_EQ(Parts(kUser, R"({"text":"of an object"},{"text":5},{})"), "of an object");
}

TEST(VisibleText, MarkupIsRemovedFromTheAssistantOnly) {
  EXPECT_EQ(Parts(kAssistant, "\"Yes \uE200cite\uE202turn0search1\uE201.\""), "Yes.");
  EXPECT_EQ(Parts(kUser, "\"What is 【1†source】?\""), "What is 【1†source】?");
  EXPECT_EQ(Parts(kAssistant, "\"\uE200cite\uE202turn0search1\uE201\""), "-blank");
}

TEST(VisibleText, AMillionContentTypesAreCountedAsAFew) {
  RawConversation raw;
  raw.has_mapping = true;
  for (int i = 0; i < 1000; ++i) {
    RawNode& node = raw.nodes.emplace_back();
    node.key = std::to_string(i);
    node.has_message = true;
    node.message.role = "user" + std::to_string(i);
  }
  ImportReport report;
  RawToConversation(std::move(raw), &report);
  EXPECT_LT(report.hidden.size(), 100u);
}

TEST(Times, FallBackToTheMessageBeforeAndTheFirstMessage) {
  const Conversation c = RawToConversation(
      Read("{\"mapping\":{" + Node("a", R"("parent":null)", "null") + "," +
           Node("b", R"("parent":"a")", "5") + "," + Node("c", R"("parent":"b")", "null") +
           "},\"current_node\":\"c\",\"update_time\":9}"),
      nullptr);
  EXPECT_EQ(c.created_at, 5000000);
  EXPECT_EQ(c.updated_at, 9000000);
  EXPECT_EQ(c.messages[0].at, std::nullopt);
  EXPECT_EQ(c.messages[2].at, 5000000);
  EXPECT_EQ(c.messages[0].id, "a");
}

TEST(SimplifiedForm, KeepsTextAsItIs) {
  ImportReport report;
  const Conversation c = RawToConversation(
      Read(R"({"id":"i","title":" \n","createdAt":"2024-03-20T10:00:00Z","messages":[
        {"role":"user","content":" a\n","id":"m1","timestamp":1710928801},
        {"role":"assistant","content":"\u00a0"},{"role":"assistant","content":["no"]},null,
        {"role":"system","content":"no"},{"role":"assistant","content":"b","created_at":"1710928802"}]})"),
      &report);
  EXPECT_EQ(c.id, "i");
  EXPECT_EQ(c.title, " \n");
  EXPECT_EQ(c.created_at, 1710928800000000);
  EXPECT_EQ(Texts(c), " a\nb");
  EXPECT_EQ(c.messages[0].id, "m1");
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
  EXPECT_EQ(c.messages[1].at, 1710928802000000);
  EXPECT_EQ(report.hidden["blank"], 1u);
  EXPECT_EQ(report.hidden["no text"], 1u);
  EXPECT_EQ(report.hidden["system"], 1u);
}

// The visible texts of Claude's messages, and the reasons for hidden ones.
std::string Turns(const std::string& messages, const std::string& more = "") {
  ImportReport report;
  std::string shown;
  for (const Message& message :
       RawToConversation(Read("{\"uuid\":\"u\"" + more + ",\"chat_messages\":[" + messages + "]}"),
                         &report)
           .messages) {
    shown += (message.role == Role::kUser ? "U:" : "A:") + message.text + " ";
  }
  for (const auto& [why, count] : report.hidden) shown += "-" + why;
  EXPECT_EQ(report.unordered, 0u);
  return shown;
}

std::string Turn(const std::string& key, const std::string& parent = "") {
  return R"({"sender":"human","uuid":")" + key + R"(","text":")" + key + "\"" +
         (parent.empty() ? "" : R"(,"parent_message_uuid":")" + parent + "\"") + "}";
}

TEST(ClaudeTurns, AListWithoutParentsIsInFileOrder) {
  EXPECT_EQ(Turns(Turn("b") + "," + Turn("a"), R"(,"current_leaf_message_uuid":"b")"), "U:b U:a ");
  EXPECT_EQ(Turns(""), "");
  EXPECT_EQ(Turns("null,7,[]"), "");
}

TEST(ClaudeTurns, ATreeIsWalkedUpFromTheLeafElseFromTheLast) {
  const std::string tree = Turn("a", "gone") + "," + Turn("b", "a") + "," + Turn("c", "a");
  EXPECT_EQ(Turns(tree, R"(,"current_leaf_message_uuid":"b")"), "U:a U:b ");
  EXPECT_EQ(Turns(tree, R"(,"current_leaf_message_uuid":"gone")"), "U:a U:c ");
  EXPECT_EQ(Turns(tree), "U:a U:c ");
  EXPECT_EQ(Turns(Turn("a", "b") + "," + Turn("b", "a")), "U:a U:b ");
}

TEST(ClaudeTurns, AMessageThatNamesNoParentFollowsTheOneBeforeIt) {
  EXPECT_EQ(Turns(Turn("a", "gone") + "," + Turn("b") + "," + Turn("c")), "U:a U:b U:c ");
  EXPECT_EQ(Turns(Turn("a") + "," + Turn("b") + "," + Turn("c", "b") + "," + Turn("d", "c")),
            "U:a U:b U:c U:d ");
  EXPECT_EQ(Turns(Turn("a") + "," + Turn("b", "a") + "," + Turn("c", "a") + "," + Turn("d")),
            "U:a U:c U:d ");
  EXPECT_EQ(Turns(Turn("a", "b") + "," + Turn("b")), "U:a U:b ");
}

TEST(ClaudeTurns, AMessageWithoutANameIsNotTheLeaf) {
  EXPECT_EQ(Turns(R"({"sender":"human","text":"x"},)" + Turn("b", "a") + "," + Turn("c", "b")),
            "U:b U:c ");
}

TEST(ClaudeTurns, TextBlocksCountElseTextElseWhatWasPasted) {
  const std::string human = R"({"sender":"human",)";
  const std::string pasted = R"("attachments":[{"extracted_content":"p"},{"file_name":"x"}])";
  EXPECT_EQ(Turns(human + R"("text":"t","content":[{"type":"text","text":"b"},{"text":"c"}]})"),
            "U:b\n\nc ");
  EXPECT_EQ(Turns(human + R"("text":" t ","content":[{"type":"text","text":" "}]})"), "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"t","content":"no list"})"), "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"t",)" + pasted + "}"), "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"",)" + pasted + "}"), "U:p ");
  EXPECT_EQ(Turns(R"({"sender":"assistant","text":"",)" + pasted + "}"), "-blank");
  EXPECT_EQ(Turns(human + R"("files_v2":[{"file_kind":"image"}]})"), "U:[image] ");
  EXPECT_EQ(Turns(human + R"("files":[{"file_kind":"document"}]})"), "-blank");
}

TEST(ClaudeTurns, WhatIsNoTextIsCounted) {
  const std::string assistant = R"({"sender":"assistant","content":[)";
  EXPECT_EQ(Turns(assistant + R"({"type":"thinking","thinking":"no"}]})"), "-thinking");
  EXPECT_EQ(
      Turns(assistant + R"({"type":"tool_use","input":{"text":"no"}},)"
                        R"({"type":"tool_result","content":[{"type":"text","text":"no"}]}]})"),
      "-tool_use");
  EXPECT_EQ(Turns(assistant + R"({"type":"code","text":"no"},{"type":"text","text":"yes"}]})"),
            "A:yes ");
  EXPECT_EQ(Turns(R"({"sender":"system","text":"no"},{"text":"no"})"), "-other role-system");
}

TEST(ClaudeTurns, NameAndUuidAreTitleAndId) {
  const Conversation c = RawToConversation(
      Read(R"({"uuid":"u","name":"N","created_at":"2024-03-20T10:00:00Z","chat_messages":[]})"),
      nullptr);
  EXPECT_EQ(c.id, "u");
  EXPECT_EQ(c.title, "N");
  EXPECT_EQ(c.created_at, 1710928800000000);
}

TEST(DeepSeek, FragmentsSayWhoSpeaks) {
  const Conversation c = RawToConversation(
      Read(R"({"mapping":{"1":{"message":{"fragments":[{"type":"REQUEST","content":"q"}]}},
        "2":{"parent":"1","message":{"fragments":[{"type":"THINK","content":"no"},
          {"type":"RESPONSE","content":"a"},{"type":"SEARCH","content":"no"},
          {"type":"RESPONSE","content":"b"}]}}}})"),
      nullptr);
  EXPECT_EQ(Texts(c), "qa\n\nb");
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
}

TEST(IsConversation, IsSeenInTheShape) {
  EXPECT_TRUE(IsConversation(Read(R"({"mapping":{}})")));
  EXPECT_TRUE(IsConversation(Read(R"({"messages":[]})")));
  EXPECT_TRUE(IsConversation(Read(R"({"uuid":"x","chat_messages":[]})")));
  EXPECT_FALSE(IsConversation(Read(R"({"header":"Gemini Apps","title":"x"})")));
  EXPECT_FALSE(IsConversation(Read(R"({"x":1})")));
  EXPECT_TRUE(IsActivity(Read(R"({"header":"Gemini Apps","title":"x"})")));
  EXPECT_TRUE(IsActivity(Read(R"({"header":"Bard","title":"x"})")));
  EXPECT_FALSE(IsActivity(Read(R"({"header":"Gemini Apps"})")));
  EXPECT_FALSE(IsActivity(Read(R"({"header":"Search","title":"x"})")));
  EXPECT_FALSE(IsActivity(Read(R"({"header":"Gemini Apps","title":"x","mapping":{}})")));
}

}  // namespace
}  // namespace soulprint
