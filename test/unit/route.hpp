// The whole route with a store in memory and a model that answers by script, for its tests.

#pragma once

#include <string>

#include "../facts_json.hpp"
#include "fakes.hpp"
#include "pipeline/caching_model.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/full_pass.hpp"
#include "util/error.hpp"

namespace soulprint {

// The passes of one user.  The store stays; each Run is like a new process.
struct Route {
  FakeStore store;
  ScriptedModel model;
  PassOptions options;
  int asked = 0;  // in the last Run

  Route() {
    options.model = "haiku";
    options.min_chunk_success = 0.95;
    options.require_sections = true;
    options.question_characters = 0;  // each chunk is a question of its own
  }

  void Add(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(1000 + i);
      store.Add(Talk("c" + number, i, {"I collect stamp " + number, "and more", "of them"}));
    }
  }

  void Run() {
    const std::size_t before = model.asked.size();
    CachingModel caching(store, [&](auto) { return Borrow(model); });
    try {
      RunFullPass(store, caching, options);
    } catch (...) {
      asked = static_cast<int>(model.asked.size() - before);
      throw;
    }
    asked = static_cast<int>(model.asked.size() - before);
  }

  // The SQLSTATE that Run throws, "" = none.
  std::string Fails() {
    try {
      Run();
      return "";
    } catch (const Error& error) {
      message = error.what();
      detail = error.detail();
      hint = error.hint();
      return error.sqlstate();
    }
  }
  std::string message, detail, hint;
};

// All text of a profile, to compare two.
inline std::string Show(const Profile& profile) {
  std::string all = profile.memory_md + profile.soulprint_text + FactsToJson(profile.facts);
  if (profile.sections) {
    for (const std::string& section : *profile.sections) all += section;
  }
  for (const Fact& fact : profile.facts) {
    for (const Source& source : fact.sources) all += source.conversation_id;
  }
  return all;
}

}  // namespace soulprint
