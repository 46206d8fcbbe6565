// Long computations on many facts check for interrupts all along: between two checks a computation
// allocates and frees little, however many facts there are.

#include <gtest/gtest.h>

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

void Check() { most = std::max(most, std::exchange(work, 0)); }

}  // namespace

// The work between two checks is counted in allocations and what frees them, which are the same in
// each run.
void* operator new(std::size_t size) {
  ++work;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  ++work;
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
  ExpectBeats("FactsToJson", [&] { FactsToJson(facts); });
  ExpectBeats("FactsTokens", [&] { FactsTokens(facts); });
  ExpectBeats("FactsDocument", [&] { FactsDocument(facts); });
  ExpectBeats("AssembleMemory", [&] { AssembleMemory(facts, 5000); });

  std::vector<Fact> merged = facts;
  ExpectBeats("MergeFacts", [&] { merged = MergeFacts(std::move(merged)); });

  std::vector<Source> sources;
  for (int i = 0; i < kFacts; ++i) sources.push_back({"conversation", i, Day(i % 1000)});
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

}  // namespace
}  // namespace soulprint
