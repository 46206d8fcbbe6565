// A ZIP as a row of files.
//
// Reads files that are stored or deflated and not encrypted; it can skip the others.  Keeps one
// entry of the directory in memory at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "export/bytes.hpp"
#include "export/container.hpp"
#include "export/inflater.hpp"
#include "export/source.hpp"

namespace soulprint {

// The header of a file.
struct ZipHeader {
  std::string path;  // "" for a folder
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t checksum = 0;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
  std::uint64_t at = 0;       // place of the file's own header; only from the directory
  bool sizes_follow = false;  // sizes and checksum follow the file
};

// The bytes of one file, from the current position of `in`.  Keeps references to both.
class ZipFileReader {
 public:
  ZipFileReader(const ZipHeader& header, ByteReader* in);

  // The next bytes, valid until the next call; empty at the end.  Throws Error 22P02 when the file
  // is encrypted, compressed by another method, damaged or truncated.
  std::string_view Read();

 private:
  std::string_view ReadStored();
  std::string_view ReadStoredToItsEnd();
  std::uint64_t TakenBytes() const { return in_->position() - begin_; }
  bool IsDescriptor(std::string_view bytes, std::size_t width, std::uint64_t compressed) const;
  void Check();

  const ZipHeader& header_;
  ByteReader* in_;
  std::uint64_t begin_;
  std::optional<Inflater> inflater_;
  std::uint64_t size_ = 0;
  std::uint32_t checksum_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

// A ZIP whose bytes can be read in any order; gives the files in the order of its directory.
class ZipWithDirectory final : public Container {
 public:
  // Calls `check` for each block and each file.  Keeps references to both.
  ZipWithDirectory(const ExportSource& source, const std::function<void()>& check);
  bool Next() override;
  std::string_view ReadBlock() override;

  // ReadBlock begins again with the first bytes of the current file.
  void Rewind() { file_.reset(); }

 private:
  // The bytes of the source from one place on.
  struct Input {
    Input(const ZipWithDirectory& zip, std::uint64_t begin);
    std::uint64_t offset;
    std::vector<char> buffer;
    ByteReader bytes;
  };

  void FindDirectory();
  std::string ReadAt(std::uint64_t offset, std::size_t size) const;
  bool IsAt(std::uint64_t offset, std::string_view mark) const;
  void Open();

  ZipHeader header_;
  const ExportSource& source_;
  const std::function<void()>& check_;
  std::uint64_t size_;
  std::uint64_t shift_ = 0;  // bytes before the ZIP; to be added to each place in the directory
  std::uint64_t directory_bytes_ = 0;
  std::optional<Input> directory_;
  std::optional<Input> input_;
  std::optional<ZipFileReader> file_;
};

// A ZIP whose bytes come in order: each file follows its header.
class ZipStream final : public Container {
 public:
  // Calls `spend` with the size of each block that is inflated only to skip it.
  ZipStream(ByteReader::Next next, std::function<void(std::size_t)> spend);
  bool Next() override;
  std::string_view ReadBlock() override;

 private:
  void SkipRest();

  ZipHeader header_;
  ByteReader in_;
  std::function<void(std::size_t)> spend_;
  std::optional<ZipFileReader> file_;
  bool untouched_ = false;
};

}  // namespace soulprint
