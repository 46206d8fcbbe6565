#include "pipeline/sample.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/prompt_format.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

Sample::Sample(const std::vector<std::string>& ids, std::vector<Scored> scored, Store& store)
    : ids_(ids),
      store_(store),
      ranked_(RankConversations(std::move(scored), kLargestSample.conversations)) {}

FairText Sample::Format(const SampleSize& size) const {
  const auto read = [&](std::size_t position) {
    return store_.ReadConversation(ids_[ranked_[position].position]).value_or(Conversation());
  };
  return FormatFairly(std::min(size.conversations, ranked_.size()), read, size.characters,
                      Escape::kMarks);
}

}  // namespace soulprint
