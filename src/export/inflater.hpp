// Compressed bytes ──► the original bytes, in bounded memory.

#pragma once

#include <zlib.h>

#include <string_view>
#include <vector>

#include "export/bytes.hpp"

namespace soulprint {

class Inflater {
 public:
  // kGzip: all gzip members in a row, as one file; their headers are ignored.
  enum class Form { kDeflate, kGzip };

  // Keeps a pointer to `in`; reads no further than the compressed bytes.
  Inflater(Form form, ByteReader* in);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The next bytes, at most kBlockBytes, valid until the next call; empty at the end.  Throws Error
  // 22P02 when the compressed bytes are damaged or truncated.
  std::string_view Read();

 private:
  bool BeginsAnother();

  Form form_;
  ByteReader* in_;
  z_stream stream_ = {};
  std::vector<char> out_;
  bool ended_ = false;
};

}  // namespace soulprint
