// The bytes of an archive, one after the other, and what is said when they are no good.

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

// No more is read, or made of what was read, without a look at whether to go on.
inline constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

// The next bytes of the source, at most kBlockBytes; empty at its end.  Valid until the buffer
// changes.  Throws Error 58030.
std::string_view ReadSource(const ExportSource& source, std::uint64_t offset,
                            std::vector<char>* buffer);

std::uint64_t SourceSize(const ExportSource& source);

// What every file that cannot be read ends in: Error 22P02.
[[noreturn]] void ThrowCutOff(const std::string& detail);
[[noreturn]] void ThrowDamaged(const std::string& detail);

class ByteReader {
 public:
  // The next block, valid until the next call; empty at the end.
  using Next = std::function<std::string_view()>;

  explicit ByteReader(Next next) : next_(std::move(next)) {}
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  // What comes next, at least so many bytes; fewer only at the end.  Valid until the next Peek.
  std::string_view Peek(std::size_t least = 1);

  // Goes behind so many bytes of what Peek gave.
  void Drop(std::size_t bytes);

  // So many bytes.  Throws Error 22P02 when there are fewer.
  std::string Take(std::size_t bytes);
  void Skip(std::uint64_t bytes);

  // How many bytes were dropped, taken and skipped.
  std::uint64_t position() const { return position_; }

 private:
  Next next_;
  std::string_view at_hand_;
  std::string held_;  // what at_hand_ is of when a block was not enough
  bool ended_ = false;
  std::uint64_t position_ = 0;
};

}  // namespace soulprint
