// What follows the questions about facts, at its largest.

#include "pipeline/later.hpp"

#include <gtest/gtest.h>

#include "pipeline/facts_document.hpp"
#include "route.hpp"

namespace soulprint {
namespace {

std::size_t Sent(const Question& question) {
  return question.material.size() + question.instruction.size() + question.schema.size();
}

TEST(Later, IsNotLessThanWhatIsAsked) {
  Route route;
  route.model.in_flight = 1;
  for (int i = 0; i < 300; ++i) {
    route.store.Add(Talk("c" + std::to_string(1000 + i), i,
                         {"I collect stamp " + std::to_string(i) + std::string(500, 'x')}));
  }
  route.Run();
  std::size_t kept = 0;
  int kept_answers = 0;
  std::size_t sent = 0;
  int answers = 0;
  const Question* last = nullptr;
  for (const Question& question : route.model.asked) {
    if (question.step == Step::kFacts) last = &question;
    if (question.step == Step::kFacts) continue;
    sent += Sent(question) + question.system.size();
    answers += question.max_tokens;
  }
  for (const RequestSize& request : last->later) {
    kept += request.bytes + request.wording;
    kept_answers += request.max_tokens;
  }
  EXPECT_GE(kept, sent);
  EXPECT_LT(kept, 2 * sent);
  EXPECT_GE(kept_answers, answers);
}

TEST(Later, ManyFactsAreReducedFirst) {
  const auto answers = [](std::size_t fact_bytes) {
    int tokens = 0;
    for (const RequestSize& request : LaterQuestions(fact_bytes, 0)) tokens += request.max_tokens;
    return tokens;
  };
  EXPECT_EQ(LaterQuestions(0, 0).size(), 3U);
  EXPECT_EQ(LaterQuestions(150'000, 0).size(), 4U);
  EXPECT_GT(answers(700'000) - answers(500'000), 5 * 16384);
}

TEST(Later, ASampleIsAsLargeAsItsCharacters) {
  EXPECT_EQ(SampleBytes(4000, 1000), 4000U);
  EXPECT_EQ(SampleBytes(8e6, 2e6), 600'000U);
  EXPECT_EQ(SampleBytes(24e6, 2e6), 1'800'000U);
  EXPECT_EQ(SampleBytes(0, 0), 0U);
}

}  // namespace
}  // namespace soulprint
