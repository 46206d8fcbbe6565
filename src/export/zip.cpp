// Headers are at most 64 KB, and ByteReader keeps each whole.  A header counts only as far as the
// bytes agree with it.

#include "export/zip.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kFile = "PK\x03\x04";
constexpr std::string_view kEntry = "PK\x01\x02";
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::string_view kEnd64 = "PK\x06\x06";
constexpr std::string_view kEnd64Locator = "PK\x06\x07";
constexpr std::string_view kDescriptor = "PK\x07\x08";
constexpr std::size_t kMarkBytes = 4;
constexpr std::size_t kFileBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndRecordBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kEnd64LocatorBytes = 20;
constexpr std::size_t kMaxComment = 65535;
constexpr std::size_t kMaxDescriptor = 24;

constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kSizesFollow = 8;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kSizes64 = 0x0001;      // an extra field
constexpr std::uint16_t kUnicodePath = 0x7075;  // another
constexpr std::uint64_t kIn64 = 0xFFFFFFFF;

constexpr std::array<std::pair<std::uint16_t, std::string_view>, 9> kMethods = {
    {{1, "shrinking"},
     {6, "imploding"},
     {9, "Deflate64"},
     {12, "bzip2"},
     {14, "LZMA"},
     {93, "Zstandard"},
     {95, "XZ"},
     {98, "PPMd"},
     {99, "encryption (AES)"}}};

// The number of `width` bytes at a place; 0 if there are fewer bytes.
std::uint64_t Number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t number = 0;
  if (at + width > bytes.size()) return 0;
  for (std::size_t i = width; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return number;
}

std::uint16_t Short(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(Number(bytes, at, 2));
}

std::uint32_t Checksum(std::uint32_t before, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(before, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// Sizes, and in the directory the place, that do not fit into the header.
void ReadSizes64(std::string_view field, bool entry, ZipHeader* header) {
  std::size_t at = 0;
  const auto take = [&](std::uint64_t* number) {
    if (*number != kIn64 || at + 8 > field.size()) return;
    *number = Number(field, at, 8);
    at += 8;
  };
  take(&header->size);
  take(&header->compressed);
  if (entry) take(&header->at);
}

void ReadExtra(std::string_view extra, bool entry, ZipHeader* header) {
  while (extra.size() >= 4) {
    const std::uint16_t id = Short(extra, 0);
    const std::string_view field = extra.substr(4, Short(extra, 2));
    extra.remove_prefix(4 + field.size());
    if (id == kSizes64) ReadSizes64(field, entry, header);
    // A version, the checksum of the path that this one replaces, the path.
    if (id == kUnicodePath && field.size() > 5 &&
        Number(field, 1, 4) == Checksum(0, header->path)) {
      header->path = field.substr(5);
    }
  }
}

// The fields that both kinds of headers share, from `at` on.
void ReadCommon(std::string_view bytes, std::size_t at, ZipHeader* header) {
  header->flags = Short(bytes, at);
  header->method = Short(bytes, at + 2);
  header->checksum = static_cast<std::uint32_t>(Number(bytes, at + 8, 4));
  header->compressed = Number(bytes, at + 12, 4);
  header->size = Number(bytes, at + 16, 4);
}

// The path and the extra fields, which follow a header.
void ReadPath(ByteReader* in, std::size_t path_bytes, std::size_t extra_bytes, bool entry,
              ZipHeader* header) {
  header->path = in->Take(path_bytes);
  ReadExtra(in->Take(extra_bytes), entry, header);
  if (header->path.ends_with('/')) header->path.clear();
}

void RequireReadable(const ZipHeader& header) {
  if ((header.flags & kEncrypted) != 0) {
    throw Error(sqlstate::kInvalidTextRepresentation, "export archive is encrypted")
        .Detail("A conversation file in it needs a password.")
        .Hint("Unpack it with its password and give the conversations.json inside it.");
  }
  if (header.method == kStored || header.method == kDeflated) return;
  const auto* const known = std::find_if(kMethods.begin(), kMethods.end(), [&](const auto& method) {
    return method.first == header.method;
  });
  throw Error(
      sqlstate::kInvalidTextRepresentation,
      Format("unsupported compression method in export archive: {}",
             known == kMethods.end() ? std::to_string(header.method) : std::string(known->second)))
      .Detail("Conversation files must be stored or deflated.")
      .Hint("Unpack it and give the conversations.json inside it.");
}

}  // namespace

ZipFileReader::ZipFileReader(const ZipHeader& header, ByteReader* in)
    : header_(header), in_(in), begin_(in->position()) {}

std::string_view ZipFileReader::Read() {
  if (!std::exchange(started_, true)) {
    RequireReadable(header_);
    if (header_.method == kDeflated) inflater_.emplace(Inflater::Form::kDeflate, in_);
  }
  if (ended_) return {};
  const std::string_view block = inflater_              ? inflater_->Read()
                                 : header_.sizes_follow ? ReadStoredToItsEnd()
                                                        : ReadStored();
  if (block.empty()) {
    ended_ = true;
    Check();
    return {};
  }
  size_ += block.size();
  checksum_ = Checksum(checksum_, block);
  if (!header_.sizes_follow && size_ > header_.size) {
    ThrowDamaged("A file in it is larger than its header says.");
  }
  return block;
}

std::string_view ZipFileReader::ReadStored() {
  const std::uint64_t left = header_.compressed - std::min(header_.compressed, TakenBytes());
  if (left == 0) return {};
  std::string_view block = in_->Peek();
  if (block.empty()) ThrowTruncated("It ends in a file.");
  block = block.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, kBlockBytes)));
  in_->Drop(block.size());
  return block;
}

// Only the checksum distinguishes the end of the file from bytes that look like it.
std::string_view ZipFileReader::ReadStoredToItsEnd() {
  std::string_view block = in_->Peek(kMaxDescriptor);
  if (block.empty()) ThrowTruncated("It ends in a file.");
  if (block.starts_with(kDescriptor) &&
      (IsDescriptor(block, 4, TakenBytes()) || IsDescriptor(block, 8, TakenBytes()))) {
    return {};
  }
  block = block.substr(0, std::min(block.find('P', 1), kBlockBytes));
  in_->Drop(block.size());
  return block;
}

// True if these bytes, after an optional mark, agree with the file as it was read.
bool ZipFileReader::IsDescriptor(std::string_view bytes, std::size_t width,
                                 std::uint64_t compressed) const {
  const std::size_t at = bytes.starts_with(kDescriptor) ? kMarkBytes : 0;
  if (bytes.size() < at + 4 + 2 * width) return false;
  const std::uint64_t all = width == 4 ? UINT32_MAX : UINT64_MAX;
  return Number(bytes, at, 4) == checksum_ && Number(bytes, at + 4, width) == (compressed & all) &&
         Number(bytes, at + 4 + width, width) == (size_ & all);
}

void ZipFileReader::Check() {
  const std::uint64_t compressed = TakenBytes();
  if (!header_.sizes_follow) {
    if (compressed == header_.compressed && size_ == header_.size &&
        checksum_ == header_.checksum) {
      return;
    }
    ThrowDamaged("A file in it does not match its header.");
  }
  const std::string_view bytes = in_->Peek(kMaxDescriptor);
  const std::size_t mark = bytes.starts_with(kDescriptor) ? kMarkBytes : 0;
  for (std::size_t width : {8, 4}) {
    if (!IsDescriptor(bytes, width, compressed)) continue;
    in_->Drop(mark + 4 + 2 * width);
    return;
  }
  ThrowDamaged("A file in it does not match the checksum or the sizes that follow it.");
}

ZipWithDirectory::Input::Input(const ZipWithDirectory& zip, std::uint64_t begin)
    : offset(begin), bytes([this, &zip] {
        zip.check_();
        const std::string_view block = ReadSource(zip.source_, offset, &buffer);
        offset += block.size();
        return block;
      }) {}

ZipWithDirectory::ZipWithDirectory(const ExportSource& source, const std::function<void()>& check)
    : source_(source), check_(check), size_(SourceSize(source)) {
  FindDirectory();
}

std::string ZipWithDirectory::ReadAt(std::uint64_t offset, std::size_t size) const {
  std::string bytes;
  if (offset >= size_) return bytes;
  Input input(*this, offset);
  bytes = input.bytes.Peek(size).substr(0, size);
  return bytes;
}

bool ZipWithDirectory::IsAt(std::uint64_t offset, std::string_view mark) const {
  return ReadAt(offset, mark.size()) == mark;
}

void ZipWithDirectory::FindDirectory() {
  const std::uint64_t from = size_ - std::min<std::uint64_t>(size_, kEndRecordBytes + kMaxComment);
  const std::string tail = ReadAt(from, kEndRecordBytes + kMaxComment);
  const std::size_t found = tail.rfind(kEnd);
  if (found == std::string::npos || tail.size() - found < kEndRecordBytes) {
    ThrowTruncated("The directory at its end is missing.");
  }
  std::uint64_t end = from + found;
  std::uint64_t bytes = Number(tail, found + 12, 4);
  std::uint64_t begin = Number(tail, found + 16, 4);
  const std::uint64_t locator_at = end - std::min<std::uint64_t>(end, kEnd64LocatorBytes);
  const std::string locator = ReadAt(locator_at, kEnd64LocatorBytes);
  if (locator.starts_with(kEnd64Locator)) {
    std::uint64_t at = Number(locator, 8, 8);
    // In a ZIP with a prefix it is directly before its locator.
    if (!IsAt(at, kEnd64)) at = locator_at - std::min<std::uint64_t>(locator_at, kEnd64Bytes);
    const std::string end64 = ReadAt(at, kEnd64Bytes);
    if (end64.size() < kEnd64Bytes || !end64.starts_with(kEnd64)) {
      ThrowDamaged("The end record of its directory is missing.");
    }
    end = at;
    bytes = Number(end64, 40, 8);
    begin = Number(end64, 48, 8);
  }
  if (bytes > end) ThrowDamaged("Its directory is larger than the file.");
  // Places in the directory do not count bytes before the ZIP, as in one that unpacks itself.
  if (end - bytes > begin && IsAt(end - bytes, kEntry)) shift_ = end - bytes - begin;
  directory_bytes_ = bytes;
  directory_.emplace(*this, begin + shift_);
}

bool ZipWithDirectory::Next() {
  check_();
  file_.reset();
  input_.reset();
  ByteReader* const in = &directory_->bytes;
  if (in->position() >= directory_bytes_) return false;
  const std::string entry = in->Take(kEntryBytes);
  if (!entry.starts_with(kEntry)) ThrowDamaged("An entry of its directory is missing.");
  header_ = {};
  ReadCommon(entry, 8, &header_);
  header_.at = Number(entry, 42, 4);
  ReadPath(in, Short(entry, 28), Short(entry, 30), true, &header_);
  in->Skip(Short(entry, 32));
  path_ = header_.path;
  return true;
}

void ZipWithDirectory::Open() {
  RequireReadable(header_);
  const std::uint64_t at = header_.at + shift_;
  if (at >= size_) ThrowTruncated("It ends in a file.");
  input_.emplace(*this, at);
  const std::string own = input_->bytes.Take(kFileBytes);
  if (!own.starts_with(kFile)) ThrowDamaged("A file in it is not where the directory says.");
  ZipHeader header;
  ReadCommon(own, 6, &header);
  if (header.method != header_.method || ((header.flags ^ header_.flags) & kEncrypted) != 0) {
    ThrowDamaged("The header of a file in it contradicts the directory.");
  }
  input_->bytes.Skip(Short(own, 26));
  input_->bytes.Skip(Short(own, 28));
  file_.emplace(header_, &input_->bytes);
}

std::string_view ZipWithDirectory::ReadBlock() {
  check_();
  if (!file_) Open();
  return file_->Read();
}

ZipStream::ZipStream(ByteReader::Next next, std::function<void(std::size_t)> spend)
    : in_(std::move(next)), spend_(std::move(spend)) {}

bool ZipStream::Next() {
  if (file_) SkipRest();
  const bool first = in_.position() == 0;
  std::string_view mark = in_.Peek(kMarkBytes).substr(0, kMarkBytes);
  // A ZIP that was split into volumes begins with another mark.
  if (first && mark == kDescriptor) {
    in_.Drop(kMarkBytes);
    mark = in_.Peek(kMarkBytes).substr(0, kMarkBytes);
  }
  if (mark == kEntry || mark == kEnd || mark == kEnd64) return false;
  if (mark != kFile && kFile.starts_with(mark)) {
    ThrowTruncated("It ends in the header of a file.");
  }
  if (mark != kFile) ThrowDamaged("The header of a file in it is missing.");
  const std::string own = in_.Take(kFileBytes);
  header_ = {};
  ReadCommon(own, 6, &header_);
  header_.sizes_follow = (header_.flags & kSizesFollow) != 0;
  ReadPath(&in_, Short(own, 26), Short(own, 28), false, &header_);
  path_ = header_.path;
  file_.emplace(header_, &in_);
  untouched_ = true;
  return true;
}

std::string_view ZipStream::ReadBlock() {
  untouched_ = false;
  return file_->Read();
}

// Skips the rest of the current file.  Stored bytes were counted as they came in.
void ZipStream::SkipRest() {
  if (untouched_ && !header_.sizes_follow) return in_.Skip(header_.compressed);
  for (;;) {
    const std::string_view block = file_->Read();
    if (block.empty()) break;
    if (header_.method != kStored) spend_(block.size());
  }
}

}  // namespace soulprint
