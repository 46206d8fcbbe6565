// What the user saw: the active branch of a tree, and which of its messages are visible.

#include "export/visible_messages.hpp"

#include <gtest/gtest.h>

#include "record.hpp"

namespace soulprint {
namespace {

// A node with a user message whose text is its key.
std::string Node(const std::string& key, const std::string& links, const std::string& time = "1") {
  return "\"" + key + "\":{" + links +
         ",\"message\":{\"author\":{\"role\":\"user\"},\"create_time\":" + time +
         ",\"content\":{\"content_type\":\"text\",\"parts\":[\"" + key + "\"]}}}";
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
  raw.order = RawConversation::Order::kTree;
  for (int i = 0; i < 100000; ++i) {
    RawNode& node = raw.nodes.emplace_back();
    node.key = std::to_string(i);
    if (i > 0) node.parent = std::to_string(i - 1);
    RawMessage& message = raw.AddMessage(&node);
    message.role = "user";
    message.text = "x";
  }
  EXPECT_EQ(RawToConversation(std::move(raw), nullptr).messages.size(), 100000u);
}

TEST(VisibleMessages, AMillionContentTypesAreCountedAsAFew) {
  RawConversation raw;
  raw.order = RawConversation::Order::kTree;
  for (int i = 0; i < 1000; ++i) {
    RawNode& node = raw.nodes.emplace_back();
    node.key = std::to_string(i);
    raw.AddMessage(&node).role = "user" + std::to_string(i);
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

}  // namespace
}  // namespace soulprint
