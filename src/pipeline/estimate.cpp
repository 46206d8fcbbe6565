#include "pipeline/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/batches.hpp"
#include "pipeline/conversation_to_chunks.hpp"
#include "pipeline/excerpt_groups.hpp"
#include "pipeline/later.hpp"
#include "pipeline/notes.hpp"
#include "pipeline/read_chunks.hpp"
#include "pipeline/types.hpp"
#include "pipeline/wording_model.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr double kTokenCharacters = 4;
constexpr double kMostTokens = 150'000;     // of the material of one question
constexpr double kFactsAnswerTokens = 300;  // of an answer about facts, where none is known
constexpr double kFactShare = 0.6;          // of such an answer, what stays of its facts
constexpr double kSecondsPerQuestion = 4;
constexpr double kSecondsOfBatch = 3600;  // most have ended by then
constexpr double kTokensPerSecond = 80;   // of an answer

double Tokens(const std::string& text) {
  return static_cast<double>(CountCharacters(text)) / kTokenCharacters;
}

// Takes questions and gives no answer.
class CountingModel : public Model {
 public:
  explicit CountingModel(FactsQuestions* counts) : counts_(*counts) {}

  void Ask(const Next& next, const Take& take) override {
    Answer none;
    none.outcome = Outcome::kUnanswered;
    while (const std::optional<Question> question = next()) {
      ++counts_.questions;
      counts_.prefix_tokens = Tokens(question->system);
      counts_.more_tokens += Tokens(question->material) + Tokens(question->instruction);
      take(*question, none);
    }
  }

 private:
  FactsQuestions& counts_;
};

double AnswerTokens(const Outlook& outlook) {
  return outlook.answer_tokens > 0 ? outlook.answer_tokens : kFactsAnswerTokens;
}

// Of the questions about facts.
Usage FactsUsage(const Outlook& outlook, const Prices& prices) {
  const FactsQuestions& unread = outlook.unread;
  const double written = unread.questions > 0 ? unread.prefix_tokens : 0;
  const double read = std::max(unread.questions - 1, 0.0) * unread.prefix_tokens;
  Usage usage;
  usage.input_tokens = std::llround(unread.more_tokens + written + read);
  usage.cache_written_tokens = std::llround(written);
  if (outlook.batch) usage.cache_hour_tokens = usage.cache_written_tokens;
  usage.cache_read_tokens = std::llround(read);
  usage.output_tokens = std::llround(unread.questions * AnswerTokens(outlook));
  usage.cost_usd = CostOf(usage, outlook.batch ? BatchPrices(prices) : prices);
  return usage;
}

// A question after those about facts.
struct Later {
  double input_tokens;
  double output_tokens;
};

}  // namespace

void FactsQuestions::Add(const FactsQuestions& more) {
  chunks += more.chunks;
  text_tokens += more.text_tokens;
  questions += more.questions;
  prefix_tokens = std::max(prefix_tokens, more.prefix_tokens);
  more_tokens += more.more_tokens;
}

void FactsQuestions::Scale(double factor) {
  for (double* count : {&chunks, &text_tokens, &questions, &more_tokens}) *count *= factor;
}

FactsQuestions CountFactsQuestions(const std::vector<std::string>& ids, Store& store,
                                   const std::string& model, const std::vector<Notes>& notes) {
  FactsQuestions counts;
  const ReadPlan plan{.notes = NotesToExcerpts(notes)};
  counts.chunks = static_cast<double>(plan.notes.size());
  for (const std::string& id : ids) {
    const std::optional<Conversation> conversation = store.ReadConversation(id);
    if (!conversation) continue;
    for (const Chunk& chunk : ConversationToChunks(*conversation)) {
      ++counts.chunks;
      counts.text_tokens += chunk.tokens;
    }
  }
  CountingModel counting(&counts);
  WordingModel wording(counting, store, model);
  ReadChunks(
      ids, store, wording, [](const ChunkCounts&) {}, plan);
  return counts;
}

double CoverageFor(double usd, const Outlook& outlook, Prices prices, double context_tokens) {
  if (outlook.all.chunks == 0 || outlook.unread.questions == 0) return 1;
  const double whole = FactsUsage(outlook, prices).cost_usd;
  const double new_facts = outlook.unread.questions * AnswerTokens(outlook) * kFactShare;
  const std::size_t sample =
      SampleBytes(kTokenCharacters * outlook.all.text_tokens, outlook.all.text_tokens);
  const auto affords = [&](double share) {
    const double facts = kTokenCharacters * (outlook.fact_tokens + share * new_facts);
    double cost = share * whole;
    for (const RequestSize& request : LaterQuestions(static_cast<std::size_t>(facts), sample)) {
      cost += MostCost(request, prices, context_tokens);
    }
    return cost <= usd;
  };
  double share = affords(1) ? 1 : 0;
  for (double step = 0.5; share < 1 && step > 0.001; step /= 2) {
    if (affords(share + step)) share += step;
  }
  return 1 - (1 - share) * std::min(outlook.unread.chunks / outlook.all.chunks, 1.0);
}

PassEstimate EstimatePass(const Outlook& outlook, Prices prices, int concurrency) {
  const FactsQuestions& unread = outlook.unread;
  const double facts = outlook.fact_tokens + unread.questions * AnswerTokens(outlook) * kFactShare;
  PassEstimate estimate;
  estimate.questions = unread.questions;
  estimate.usage = FactsUsage(outlook, prices);
  double seconds = std::ceil(unread.questions / concurrency) * kSecondsPerQuestion;
  if (outlook.batch && unread.questions > 0) seconds = kSecondsOfBatch;
  if (!outlook.rest_remembered) {
    const Later steps[] = {
        {facts + 1200, 300},                                                    // changes
        {std::min(facts, kMostTokens) + 1000, 2500},                            // MEMORY
        {std::min(outlook.all.text_tokens, kMostTokens) + 2500 + 2500, 2500}};  // sections
    for (const Later& step : steps) {
      ++estimate.questions;
      Usage usage;
      usage.input_tokens = std::llround(step.input_tokens);
      usage.output_tokens = std::llround(step.output_tokens);
      usage.cost_usd = CostOf(usage, prices);
      estimate.usage.Add(usage);
      seconds += kSecondsPerQuestion + step.output_tokens / kTokensPerSecond;
    }
  }
  estimate.duration = std::chrono::seconds(std::lround(seconds));
  return estimate;
}

}  // namespace soulprint
