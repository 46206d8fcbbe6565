// Long computations on many facts check for interrupts all along: between two checks a computation
// allocates and frees little, however many facts there are.  And a fact takes little memory.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "fakes.hpp"
#include "memory_facts.hpp"
#include "pipeline/changes.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/facts_document.hpp"
#include "pipeline/facts_to_memory.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/reduce_facts.hpp"
#include "pipeline/wording_model.hpp"
#include "util/interrupts.hpp"

namespace {

std::size_t work = 0;  // since the last check
std::size_t most = 0;  // between two checks
std::size_t held = 0;  // bytes
std::size_t peak = 0;  // of held

void Check() { most = std::max(most, std::exchange(work, 0)); }

}  // namespace

// The work between two checks is counted in allocations and what frees them, which are the same in
// each run.
void* operator new(std::size_t size) {
  ++work;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  held += malloc_usable_size(memory);
  peak = std::max(peak, held);
  return memory;
}
void operator delete(void* memory) noexcept {
  ++work;
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace soulprint {
namespace {

constexpr int kFacts = 20000;
constexpr std::size_t kAtMost = 6 * 4096;

std::vector<Fact> ManyFacts() {
  std::vector<Fact> facts;
  const std::string words(40, 'x');
  for (int i = 0; i < kFacts; ++i) {
    facts.push_back(Make(kCategories[static_cast<std::size_t>(i) % kCategories.size()],
                         "Fact number " + std::to_string(i) + words, i % 1000, words, words));
    facts.back().quote = words;
  }
  return facts;
}

void ExpectBeats(const std::string& what, const std::function<void()>& run) {
  interrupts_hook = Check;
  work = most = 0;
  run();
  Check();
  interrupts_hook = nullptr;
  EXPECT_LT(most, kAtMost) << what;
}

TEST(Beats, NoStepOnManyFactsGoesOnForLongWithoutACheck) {
  std::vector<Fact> facts = ManyFacts();
  ExpectBeats("FactsTokens", [&] { FactsTokens(facts); });
  ExpectBeats("FactsDocument", [&] { FactsDocument(facts); });
  ExpectBeats("AssembleMemory", [&] { AssembleMemory(facts, 5000); });

  std::vector<Fact> merged = facts;
  ExpectBeats("MergeFacts", [&] { merged = MergeFacts(std::move(merged)); });

  std::vector<Source> sources;
  for (int i = 0; i < kFacts; ++i) sources.push_back({"conversation", i, -1, Day(i % 1000)});
  ExpectBeats("SortSources", [&] { SortSources(&sources); });

  // No answer helps: reduce leaves facts out, MEMORY is assembled by rule.
  FakeStore store;
  ScriptedModel model;
  model.answer = [](const Question&) { return Text("no"); };
  WordingModel wording(model, store, "m");
  const MemoryLimits limits{.max_fact_tokens = 10000, .batch_tokens = 1500, .max_tokens = 5000};
  Memory memory;
  ExpectBeats("FactsToMemory", [&] { memory = FactsToMemory(facts, limits, wording, store); });
  EXPECT_GT(memory.facts_left_out, 0);
}

// 72,000 facts are to fit into some 50 MB.
TEST(Beats, AFactTakesLittleMemoryFromMergingToMemory) {
  constexpr std::size_t kBytes = 700;
  std::vector<Fact> facts = ManyFacts();
  for (Fact& fact : facts) fact.verified = true;
  FakeStore store;
  ScriptedModel model;
  // Each second fact, made of two.
  model.answer = [](const Question& question) {
    if (question.step != Step::kReduce) return Text("no");
    const nlohmann::json lists = nlohmann::json::parse(question.material).at("facts");
    nlohmann::json reduced = nlohmann::json::array();
    const nlohmann::json& items = lists.front();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      reduced.push_back(items[i]);
      reduced.back()["from"] = {i, i + 1};
    }
    return Text(nlohmann::json{{lists.begin().key(), reduced}}.dump());
  };
  WordingModel wording(model, store, "m");
  const std::size_t before = held - facts.size() * sizeof(Fact);
  peak = 0;
  facts = MergeFacts(std::move(facts));
  const Memory memory =
      FactsToMemory(FactsThatHold(facts), {.max_fact_tokens = 10000}, wording, store);
  EXPECT_LT((peak - before) / kFacts, kBytes);
  EXPECT_EQ(facts.size(), std::size_t{kFacts});
}

}  // namespace
}  // namespace soulprint
