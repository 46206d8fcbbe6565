// Sample + MEMORY ──► soul, identity, user, agents, tools (doc/behavior.md, "Sections").

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/sample.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"
#include "pipeline/wording_model.hpp"
#include "util/error.hpp"

namespace soulprint {

// The sections could not be made.  SQLSTATE 38000.
class SectionsFailed : public Error {
 public:
  SectionsFailed(const std::string& message, std::string_view hint)
      : Error(Error(sqlstate::kExternalRoutineException, message).Hint(std::string(hint))) {}

  // These return a plain Error.
  void Detail(std::string) = delete;
  void Hint(std::string) = delete;
};

// The text of a sample of at most this size: kLargestSample, or less where that was too long for
// the model.
using FormatSample = std::function<std::string(const SampleSize& size)>;

// Formats samples as SampleToSections does, up to the first that does not seem too long for the
// model; asks nothing.
void FormatFirst(const FormatSample& format, const std::string& memory_md,
                 const WordingModel& model);

// The five sections, with the assistant's name (assistant_name.hpp).  Throws SectionsFailed when no
// answer of the model can be used, Error 08000 when the model gave no answer.
Sections SampleToSections(const FormatSample& format, const std::string& memory_md,
                          WordingModel& model, Store& store);

// A model's answer as five complete sections without invisible characters; nullopt if it has not
// all five.
std::optional<Sections> ParseSections(std::string_view reply);

}  // namespace soulprint
