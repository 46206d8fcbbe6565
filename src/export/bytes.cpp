#include "export/bytes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {

std::string_view ReadSource(const ExportSource& source, std::uint64_t offset,
                            std::vector<char>* buffer) {
  if (source.fd == -1) {
    if (offset >= source.bytes.size()) return {};
    return source.bytes.substr(offset, kBlockBytes);
  }
  buffer->resize(kBlockBytes);
  ssize_t got = 0;
  do {
    got = pread(source.fd, buffer->data(), buffer->size(), static_cast<off_t>(offset));
  } while (got == -1 && errno == EINTR);
  if (got == -1) {
    throw Error(sqlstate::kIoError, Format("could not read export: {}", std::strerror(errno)));
  }
  return {buffer->data(), static_cast<std::size_t>(got)};
}

std::uint64_t SourceSize(const ExportSource& source) {
  if (source.fd == -1) return source.bytes.size();
  const off_t size = lseek(source.fd, 0, SEEK_END);
  return size < 0 ? 0 : static_cast<std::uint64_t>(size);
}

void ThrowTruncated(const std::string& detail) {
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive is truncated")
      .Detail(detail)
      .Hint("Download or copy the file again.");
}

void ThrowDamaged(const std::string& detail) {
  throw Error(sqlstate::kInvalidTextRepresentation, "export archive is damaged")
      .Detail(detail)
      .Hint("Unpack it and give the conversations.json inside it, or download it again.");
}

std::string_view ByteReader::Peek(std::size_t least) {
  if (at_hand_.empty() && !ended_) {
    at_hand_ = next_();
    ended_ = at_hand_.empty();
  }
  if (at_hand_.size() >= least || ended_) return at_hand_;
  held_ = std::string(at_hand_);
  while (held_.size() < least && !ended_) {
    const std::string_view block = next_();
    ended_ = block.empty();
    held_ += block;
  }
  at_hand_ = held_;
  return at_hand_;
}

void ByteReader::Drop(std::size_t bytes) {
  at_hand_.remove_prefix(bytes);
  position_ += bytes;
}

std::string ByteReader::Take(std::size_t bytes) {
  if (Peek(bytes).size() < bytes) ThrowTruncated("It ends in a header.");
  std::string taken(at_hand_.substr(0, bytes));
  Drop(bytes);
  return taken;
}

void ByteReader::Skip(std::uint64_t bytes) {
  while (bytes > 0) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, Peek().size()));
    if (step == 0) ThrowTruncated("It ends in a file.");
    Drop(step);
    bytes -= step;
  }
}

}  // namespace soulprint
