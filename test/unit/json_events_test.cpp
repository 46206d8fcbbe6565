// JSON that is parsed already, sent as events: in the order of its text, and no further than the
// reader wants.

#include "pipeline/json_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace soulprint {
namespace {

// Writes down what it is sent, at most `most` events.
class Writer : public JsonEvents {
 public:
  explicit Writer(int most) : left_(most) {}

  bool null() override { return Write("null"); }
  bool boolean(bool value) override { return Write(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return Write(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return Write("+" + std::to_string(value)); }
  bool number_float(double value, const std::string&) override {
    return Write(std::to_string(value));
  }
  bool string(std::string& value) override { return Write("'" + value + "'"); }
  bool start_object(std::size_t members) override { return Write("{" + std::to_string(members)); }
  bool key(std::string& name) override { return Write(name + ":"); }
  bool end_object() override { return Write("}"); }
  bool start_array(std::size_t elements) override { return Write("[" + std::to_string(elements)); }
  bool end_array() override { return Write("]"); }

  std::string written;

 private:
  bool Write(const std::string& event) {
    written += event + " ";
    return --left_ > 0;
  }

  int left_;
};

constexpr const char* kText = R"([{"a":[1,-2,2.5,"x",true,false,null],"b":{}},[],"end"])";
constexpr const char* kEvents =
    "[3 {2 a: [7 +1 -2 2.500000 'x' true false null ] b: {0 } } [0 ] 'end' ] ";

TEST(SendJson, SendsEverythingInOrder) {
  Writer writer(100);
  EXPECT_TRUE(SendJson(nlohmann::json::parse(kText), &writer));
  EXPECT_EQ(writer.written, kEvents);
  Writer scalar(100);
  EXPECT_TRUE(SendJson("alone", &scalar));
  EXPECT_EQ(scalar.written, "'alone' ");
}

TEST(SendJson, EndsWhereTheReaderHasEnough) {
  for (int most = 1; most <= 20; ++most) {
    Writer writer(most);
    EXPECT_FALSE(SendJson(nlohmann::json::parse(kText), &writer)) << most;
    EXPECT_EQ(std::count(writer.written.begin(), writer.written.end(), ' '), most);
  }
}

}  // namespace
}  // namespace soulprint
