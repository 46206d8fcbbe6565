// The bytes of an export, in order, and the errors about them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/source.hpp"

namespace soulprint {

// The caller is asked whether to continue after at most this much was read or inflated.
inline constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

// The next bytes of the source, at most kBlockBytes; empty at its end.  Valid until the buffer
// changes.  Throws Error 58030.
std::string_view ReadSource(const ExportSource& source, std::uint64_t offset,
                            std::vector<char>* buffer);

// In bytes; 0 if the file cannot seek.
std::uint64_t SourceSize(const ExportSource& source);

// Throw Error 22P02 for an archive that is truncated or damaged.
[[noreturn]] void ThrowTruncated(const std::string& detail);
[[noreturn]] void ThrowDamaged(const std::string& detail);

// Reads blocks ahead as far as needed.
class ByteReader {
 public:
  // The next block, valid until the next call; empty at the end.
  using Next = std::function<std::string_view()>;

  explicit ByteReader(Next next) : next_(std::move(next)) {}
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  // The next bytes, at least `least`; fewer only at the end.  Valid until the next Peek.
  std::string_view Peek(std::size_t least = 1);

  // Skips bytes that Peek gave.
  void Drop(std::size_t bytes);

  // Returns, or skips, the next bytes.  Throws Error 22P02 when there are fewer.
  std::string Take(std::size_t bytes);
  void Skip(std::uint64_t bytes);

  // Number of bytes dropped, taken and skipped.
  std::uint64_t position() const { return position_; }

 private:
  Next next_;
  std::string_view at_hand_;
  std::string held_;  // owns at_hand_ if that is longer than one block
  bool ended_ = false;
  std::uint64_t position_ = 0;
};

}  // namespace soulprint
