// A body that is a stream of events, whatever it begins with.

#include "llm/events.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

std::string Joined(std::string_view body) {
  std::string joined;
  for (const std::string_view data : EventData(body)) joined.append(data).append("|");
  return joined;
}

TEST(EventData, IsOfEveryEvent) {
  EXPECT_EQ(Joined("event: a\ndata: 1\n\nevent: b\r\ndata:2\r\n\r\n"), "1|2|");
  EXPECT_EQ(Joined("data: 1"), "1|");
  for (const char* first : {": waiting\n\n", ":\n", "id: 7\n", "retry: 100\n", "\n \n"}) {
    EXPECT_EQ(Joined(std::string(first) + "data: 1\n\ndata: [DONE]\n\n"), "1|[DONE]|") << first;
  }
}

TEST(EventData, IsNoneWithoutAStream) {
  for (const char* other : {"", "{\"data\": 1}", "<html>\ndata: 1", "null"}) {
    EXPECT_EQ(Joined(other), "") << other;
  }
}

}  // namespace
}  // namespace soulprint
