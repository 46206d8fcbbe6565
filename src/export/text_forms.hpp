// Forms of export that are no JSON: a table with a row for each.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "export/record_reader.hpp"

namespace soulprint {

// Enough of a file to tell its form.
inline constexpr std::size_t kTextHeadBytes = 1024;

// Reads one file, in limited memory.
class TextReader {
 public:
  virtual ~TextReader() = default;

  // Throws what the reader of conversations throws.
  virtual void Push(std::string_view bytes) = 0;

  // Call after the last byte.  Throws Error 22P02 when the file is none of this form after all.
  virtual void Finish() = 0;
};

struct TextForm {
  // Looks at the first kTextHeadBytes, or at all of a smaller file, without a byte order mark and
  // white space before it.
  bool (*is)(std::string_view head);
  // Reads the file from that head on.  Gives what it reads to `to`, and counts replaced characters
  // in the report.  Keeps the pointers.
  std::unique_ptr<TextReader> (*read)(std::string_view head, const ImportLimits& limits,
                                      RecordReader* to, ImportReport* report);
};

// The forms, in one file each.
extern const TextForm kGeminiHtml;
extern const TextForm kCopilotCsv;

// The form of a file; nullptr if it has none of these.
const TextForm* FindTextForm(std::string_view head);

}  // namespace soulprint
