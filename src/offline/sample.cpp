#include "offline/sample.hpp"

#include <algorithm>

#include "pipeline/prompt_format.hpp"
#include "pipeline/types.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// The title and date in a header: in the outermost quotation marks and the last brackets.
SpokenConversation ReadHeader(std::string_view line) {
  line.remove_prefix(kHeaderBegin.size());
  SpokenConversation conversation;
  const std::size_t quote = line.rfind("\" (");
  const std::size_t bracket = line.rfind(')');
  if (quote == std::string_view::npos || bracket == std::string_view::npos || bracket < quote + 3) {
    return conversation;
  }
  conversation.title = line.substr(0, quote);
  conversation.date = line.substr(quote + 3, bracket - quote - 3);
  return conversation;
}

void TakeLine(std::string_view line, std::vector<SpokenConversation>* conversations) {
  if (line.starts_with(kHeaderBegin)) {
    conversations->push_back(ReadHeader(line));
    return;
  }
  if (conversations->empty()) return;
  std::vector<Spoken>& messages = conversations->back().messages;
  if (line.starts_with(kUserLabel)) {
    messages.push_back({Role::kUser, std::string(line.substr(kUserLabel.size()))});
  } else if (line.starts_with(kAssistantLabel)) {
    messages.push_back({Role::kAssistant, std::string(line.substr(kAssistantLabel.size()))});
  } else if (!messages.empty() && !(line.starts_with(kMoreBegin) && line.ends_with(kMoreEnd))) {
    messages.back().text.append("\n").append(line);
  }
}

// Removes the last, incomplete sentence of a truncated message.
void DropCutSentence(Spoken* message) {
  if (!std::string_view(message->text).ends_with(kTruncated)) return;
  message->text.resize(message->text.size() - kTruncated.size());
  const std::size_t end = message->text.find_last_of(".!?\n");
  message->text.resize(end == std::string::npos ? 0 : end + 1);
}

}  // namespace

Sample ReadSample(std::string_view material) {
  Sample sample;
  for (std::size_t at = 0; at < material.size();) {
    const std::size_t end = std::min(material.find('\n', at), material.size());
    const std::string_view line = material.substr(at, end - at);
    at = end + 1;
    if (line.starts_with(kMemoryMark)) {
      sample.memory_md = material.substr(std::min(at, material.size()));
      break;
    }
    TakeLine(line, &sample.conversations);
  }
  for (SpokenConversation& conversation : sample.conversations) {
    for (Spoken& message : conversation.messages) {
      message.text = std::string(Trim(message.text));
      DropCutSentence(&message);
    }
  }
  return sample;
}

}  // namespace soulprint
