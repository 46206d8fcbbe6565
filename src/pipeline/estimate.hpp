// What a pass will ask, before it asks (doc/behavior.md, "Estimate").

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// What conversations hold and what questions about their facts send.  Tokens are estimated.
struct FactsQuestions {
  double chunks = 0;
  double text_tokens = 0;  // of all chunks
  double questions = 0;
  double prefix_tokens = 0;  // of one question: the wording, which the server caches
  double more_tokens = 0;    // of all questions: what follows it

  void Add(const FactsQuestions& more);
  void Scale(double factor);
};

// Counts that for these conversations, oldest first, and these notes.  Asks nothing, writes
// nothing.
FactsQuestions CountFactsQuestions(const std::vector<std::string>& ids, Store& store,
                                   const std::string& model, const std::vector<Notes>& notes = {});

// A user, as far as it decides what a pass takes.
struct Outlook {
  FactsQuestions all;
  FactsQuestions unread;         // of the conversations that no remembered answer covers
  double fact_tokens = 0;        // of the facts that are known
  double answer_tokens = 0;      // of one answer about facts; 0 = not known
  bool batch = false;            // questions about facts go into batches
  bool rest_remembered = false;  // MEMORY and the sections need not be asked for
};

struct PassEstimate {
  double questions = 0;  // to be asked
  Usage usage;           // tokens and cost
  std::chrono::seconds duration{0};
};

// The share of the chunks, 0 … 1, that a pass can read for so much, in USD, if it keeps the most
// that later questions can cost (later.hpp).  `context_tokens` as in MostCost.
double CoverageFor(double usd, const Outlook& outlook, Prices prices, double context_tokens);

// `concurrency`: requests in flight.
PassEstimate EstimatePass(const Outlook& outlook, Prices prices, int concurrency);

}  // namespace soulprint
