// A key is a word or the beginning of one.  Its weight falls with the number of texts that have it.

#include "pipeline/nearest_facts.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "pipeline/compare_words.hpp"
#include "pipeline/memory_limits.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr double kLeastOfTheBest = 1.0 / 3;
constexpr double kEnoughOfAStatement = 2.0 / 3;
// A pass publishes no more.
constexpr std::size_t kMemoryCharacters = 4 * MemoryLimits{}.max_tokens;

using Keys = std::vector<std::size_t>;  // numbers of keys, sorted, each once

// The numbers of keys, and in how many texts each is.
class KeyTable {
 public:
  // The keys of a text; those that are new get a number.
  Keys Add(const std::vector<ComparedWord>& words) {
    for (const ComparedWord& word : words) {
      for (const std::string& key : KeysOf(word)) numbers_.emplace(key, numbers_.size());
    }
    return Known(words);
  }

  // The keys of a text that have a number.
  Keys Known(const std::vector<ComparedWord>& words) const {
    Keys keys;
    for (const ComparedWord& word : words) {
      for (const std::string& key : KeysOf(word)) {
        const auto found = numbers_.find(key);
        if (found != numbers_.end()) keys.push_back(found->second);
      }
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  std::size_t size() const { return numbers_.size(); }

 private:
  static std::vector<std::string> KeysOf(const ComparedWord& word) {
    if (word.beginning.empty()) return {word.text};
    return {word.text, word.beginning + "*"};
  }

  std::unordered_map<std::string, std::size_t> numbers_;
};

// The weight of each key of a table, by the texts' keys.
std::vector<double> KeyWeights(std::size_t keys, const std::vector<Keys>& texts) {
  std::vector<double> counts(keys);
  InterruptsNowAndThen interrupts;
  for (const Keys& text : texts) {
    for (const std::size_t key : text) {
      interrupts.Step();
      ++counts[key];
    }
  }
  std::vector<double> weights;
  for (const double count : counts) {
    interrupts.Step();
    weights.push_back(std::log(1 + static_cast<double>(texts.size()) / std::max(count, 0.5)));
  }
  return weights;
}

double SumOf(const Keys& keys, const std::vector<double>& weights) {
  double sum = 0;
  for (const std::size_t key : keys) sum += weights[key];
  return sum;
}

// The words of a sentence that share a key with a fact.  Pairs of characters that overlap become
// one.
std::vector<std::string> SharedWords(const std::vector<ComparedWord>& sentence,
                                     const KeyTable& table, const Keys& fact) {
  std::vector<std::string> shared;
  bool before = false;
  for (const ComparedWord& word : sentence) {
    CheckForInterrupts();
    const Keys keys = table.Known({word});
    const bool is_shared = std::any_of(keys.begin(), keys.end(), [&](std::size_t key) {
      return std::binary_search(fact.begin(), fact.end(), key);
    });
    if (is_shared && before && word.continues) {
      std::size_t second = 0;
      NextCharacter(word.text, &second);
      shared.back() += word.text.substr(second);
    } else if (is_shared && std::find(shared.begin(), shared.end(), word.text) == shared.end()) {
      shared.push_back(word.text);
    }
    before = is_shared;
  }
  return shared;
}

}  // namespace

std::vector<NearFact> NearestFacts(const std::vector<std::string>& facts, std::string_view sentence,
                                   std::size_t most) {
  const std::vector<ComparedWord> words = ComparedWords(sentence);
  KeyTable table;
  const Keys all = table.Add(words);
  std::vector<Keys> keys;
  keys.reserve(facts.size());
  for (const std::string& fact : facts) keys.push_back(table.Known(ComparedWords(fact)));
  const std::vector<double> weights = KeyWeights(table.size(), keys);
  std::vector<NearFact> near;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    CheckForInterrupts();
    if (!keys[i].empty()) near.push_back({i, SumOf(keys[i], weights) / SumOf(all, weights), {}});
  }
  const auto better = [&](const NearFact& a, const NearFact& b) {
    return std::tuple(-a.score, facts[a.place].size(), b.place) <
           std::tuple(-b.score, facts[b.place].size(), a.place);
  };
  const std::size_t kept = std::min(most, near.size());
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(kept), near.end(),
                    better);
  near.resize(kept);
  std::erase_if(near, [least = near.empty() ? 0 : kLeastOfTheBest * near.front().score](
                          const NearFact& fact) { return fact.score < least; });
  for (NearFact& fact : near) fact.words = SharedWords(words, table, keys[fact.place]);
  return near;
}

std::vector<bool> StandInMemory(const std::vector<std::string>& statements,
                                std::string_view memory_md) {
  KeyTable table;
  std::vector<Keys> keys;
  keys.reserve(statements.size());
  for (const std::string& statement : statements) {
    CheckForInterrupts();
    keys.push_back(table.Add(ComparedWords(statement)));
  }
  const std::vector<double> weights = KeyWeights(table.size(), keys);
  std::vector<std::vector<std::size_t>> lines_with(table.size());
  std::size_t lines = 0;
  for (const std::string_view line : Split(FirstCharacters(memory_md, kMemoryCharacters), '\n')) {
    for (const std::size_t key : table.Known(ComparedWords(line))) {
      lines_with[key].push_back(lines);
    }
    ++lines;
  }
  std::vector<bool> stand(statements.size());
  std::vector<double> shared(lines);
  InterruptsNowAndThen interrupts;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    CheckForInterrupts();
    std::fill(shared.begin(), shared.end(), 0);
    for (const std::size_t key : keys[i]) {
      for (const std::size_t line : lines_with[key]) {
        interrupts.Step();
        shared[line] += weights[key];
      }
    }
    const double enough = kEnoughOfAStatement * SumOf(keys[i], weights);
    stand[i] = enough > 0 && std::any_of(shared.begin(), shared.end(),
                                         [&](double share) { return share >= enough; });
  }
  return stand;
}

}  // namespace soulprint
