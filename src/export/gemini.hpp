// Gemini's list of activities ──► conversations (doc/export_format.md, "Gemini").
//
// Each activity is one prompt and its answer, newest first.  None names its conversation:
// activities less than half an hour apart form one.  The title of a prompt begins with a verb in
// the language of the account.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {

// True if the name of a product of Google's is that of Gemini, or its earlier one.
bool NamesGemini(std::string_view product);

struct Activity {
  std::string title;
  std::string answer;  // "" = none
  bool picture = false;
  Time at;
};

// Moves the texts out of the record.
Activity ReadActivity(Json* record);

// What stands around the prompts in the titles of a file.
class GeminiTitles {
 public:
  // Learns it from a part of the file.
  explicit GeminiTitles(const std::vector<Activity>& activities);

  // The words of the user; nullopt if the title is not the title of a prompt.
  std::optional<std::string> PromptOf(const Activity& activity) const;

 private:
  std::string before_;
  std::string after_;
};

// Groups activities into conversations, in limited memory.  Their times are given in whole seconds:
// an export as HTML has no more, and the time of the first is part of the id.
class GeminiTalks {
 public:
  using Give = std::function<void(RawConversation)>;

  // A conversation ends before it takes more than max_bytes.  Calls `skip` for each activity that
  // is no prompt.
  GeminiTalks(std::size_t max_bytes, Give give, std::function<void()> skip)
      : max_bytes_(max_bytes), give_(std::move(give)), skip_(std::move(skip)) {}

  void Add(Activity activity);

  // Call after the last one.
  void Finish();

 private:
  struct Exchange {
    Time at;
    RawNode node;
  };

  void Learn();
  void Group(Activity activity);
  void GiveTalk();

  std::size_t max_bytes_;
  Give give_;
  std::function<void()> skip_;
  std::vector<Activity> first_;  // until enough are there to learn from
  std::size_t first_bytes_ = 0;
  std::optional<GeminiTitles> titles_;
  std::size_t bytes_ = 0;
  std::vector<Exchange> exchanges_;  // in file order
};

}  // namespace soulprint
