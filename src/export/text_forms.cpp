#include "export/text_forms.hpp"

#include <array>

namespace soulprint {
namespace {

// The first form that fits counts.
constexpr std::array<const TextForm*, 2> kTextForms = {&kGeminiHtml, &kCopilotCsv};

}  // namespace

const TextForm* FindTextForm(std::string_view head) {
  for (const TextForm* form : kTextForms) {
    if (form->is(head)) return form;
  }
  return nullptr;
}

}  // namespace soulprint
