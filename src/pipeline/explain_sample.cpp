#include "pipeline/explain_sample.hpp"

#include "pipeline/model.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/sample_to_sections.hpp"
#include "pipeline/types.hpp"
#include "pipeline/wording_model.hpp"
#include "util/interrupts.hpp"

namespace soulprint {
namespace {

// Is asked nothing: WordingModel only measures questions.
class NoModel : public Model {
  void Ask(const Next& /*next*/, const Take& /*take*/) override {}
};

}  // namespace

std::vector<Sampled> ExplainSample(Store& store, const std::string& memory_md) {
  const std::vector<std::string> ids = store.ConversationIds();
  std::vector<Scored> scored;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CheckForInterrupts();
    const std::optional<Conversation> conversation = store.ReadConversation(ids[i]);
    // Without a visible message it has no chunk.
    if (conversation && !conversation->messages.empty()) {
      scored.push_back(ScoreAt(i, *conversation));
    }
  }
  const Sample sample(ids, std::move(scored), store);
  NoModel nobody;
  const WordingModel model(nobody, store, "");
  FairText fair;
  const auto format = [&](const SampleSize& size) {
    fair = sample.Format(size);
    return fair.text;
  };
  FormatFirst(format, memory_md, model);
  std::vector<Sampled> explained;
  for (std::size_t i = 0; i < fair.blocks.size(); ++i) {
    const Scored& ranked = sample.ranked()[i];
    explained.push_back({ids[ranked.position], ranked, fair.blocks[i]});
  }
  return explained;
}

}  // namespace soulprint
