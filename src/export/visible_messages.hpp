// RawConversation ──► what the user saw: the visible messages of the active branch
// (doc/export_format.md, "Visible messages").

#pragma once

#include "export/import_report.hpp"
#include "export/raw_conversation.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The conversation.  Counts messages that are not visible in report->hidden, if there is a report.
// A message without a time gets the time of the message before it, else of the conversation; a
// conversation without a time gets the time of its first message.
Conversation RawToConversation(RawConversation raw, ImportReport* report);

}  // namespace soulprint
