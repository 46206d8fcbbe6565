#include "export/tar.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace soulprint {
namespace {

constexpr std::size_t kRecord = 512;
constexpr std::size_t kMaxText = std::size_t{1} << 20;  // of a long name, or of pax attributes
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 62;
// Places in a header.
constexpr std::size_t kName = 0, kNameBytes = 100;
constexpr std::size_t kSize = 124, kSizeBytes = 12;
constexpr std::size_t kChecksum = 148, kChecksumBytes = 8;
constexpr std::size_t kType = 156;
constexpr std::size_t kMagic = 257;
constexpr std::size_t kPrefix = 345, kPrefixBytes = 155;

std::string_view TextAt(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view text = header.substr(at, size);
  return text.substr(0, text.find('\0'));
}

std::optional<std::uint64_t> Octal(std::string_view digits) {
  digits.remove_prefix(std::min(digits.size(), digits.find_first_not_of(" \0")));
  std::uint64_t number = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number, 8);
  return end.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> Decimal(std::string_view digits) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return end.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::size_t PaddingOf(std::uint64_t size) { return (kRecord - size % kRecord) % kRecord; }

bool HasChecksum(std::string_view header) {
  std::uint64_t sum = kChecksumBytes * ' ';
  for (std::size_t i = 0; i < kRecord; ++i) {
    const bool own = i >= kChecksum && i < kChecksum + kChecksumBytes;
    if (!own) sum += static_cast<unsigned char>(header[i]);
  }
  return Octal(header.substr(kChecksum, kChecksumBytes)) == sum;
}

// The value of an attribute in the records "length key=value\n" of pax; nullopt if there is none.
std::optional<std::string_view> PaxValue(std::string_view records, std::string_view key) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto end = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end.ptr - records.data());
    if (end.ec != std::errc() || length <= digits + 1 || length > records.size()) break;
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    if (record.starts_with(key) && record.substr(key.size()).starts_with('=')) {
      return record.substr(key.size() + 1);
    }
    records.remove_prefix(length);
  }
  return std::nullopt;
}

// GNU writes a large size as a binary number.
std::uint64_t SizeOf(std::string_view header, std::string_view pax) {
  const std::string_view field = header.substr(kSize, kSizeBytes);
  std::optional<std::uint64_t> size = Octal(field);
  if (field[0] == '\x80') {
    size = 0;
    for (char c : field.substr(kSizeBytes - 8)) size = *size << 8 | static_cast<unsigned char>(c);
  }
  if (const auto value = PaxValue(pax, "size")) size = Decimal(*value);
  if (!size || *size > kMaxSize) ThrowDamaged("The size of a file in it is wrong.");
  return *size;
}

// "" if it is no file.
std::string PathOf(std::string_view header, const std::string& long_name, std::string_view pax) {
  const char type = header[kType];
  if (type != '0' && type != '\0' && type != '7') return "";
  const std::string_view prefix = TextAt(header, kPrefix, kPrefixBytes);
  std::string path(TextAt(header, kName, kNameBytes));
  if (header[kMagic + 5] == '\0' && !prefix.empty()) path = std::string(prefix) + "/" + path;
  if (!long_name.empty()) path = long_name;
  if (const auto value = PaxValue(pax, "path")) path = *value;
  return path.ends_with('/') ? "" : path;
}

}  // namespace

bool IsTar(std::string_view head) {
  return head.size() >= kRecord && head.substr(kMagic).starts_with("ustar") && HasChecksum(head);
}

bool Tar::Next() {
  Skip(left_ + padding_);
  left_ = padding_ = 0;
  Attributes attributes;
  std::string header;
  do {
    const std::string_view at_hand = in_->Peek(kRecord);
    // Zeros end the archive.
    if (at_hand.empty()) ThrowTruncated("Its end is missing.");
    if (at_hand[0] == '\0') return false;
    header = in_->Take(kRecord);
    spend_(kRecord);
    if (!HasChecksum(header)) ThrowDamaged("The header of a file in it is missing.");
  } while (ReadAttributes(header, &attributes));
  left_ = SizeOf(header, attributes.pax);
  padding_ = PaddingOf(left_);
  path_ = PathOf(header, attributes.long_name, attributes.pax);
  return true;
}

// True if the header is one before that of the file.
bool Tar::ReadAttributes(const std::string& header, Attributes* attributes) {
  const char type = header[kType];
  if (type == 'L') {
    std::string name = TakeText(SizeOf(header, {}));
    name.resize(std::min(name.size(), name.find('\0')));
    attributes->long_name = std::move(name);
  } else if (type == 'x') {
    attributes->pax = TakeText(SizeOf(header, {}));
  } else {
    return false;
  }
  return true;
}

std::string_view Tar::ReadBlock() {
  if (left_ == 0) return "";
  std::string_view block = in_->Peek();
  if (block.empty()) ThrowTruncated("It ends in a file.");
  block = block.substr(0, std::min<std::uint64_t>(block.size(), left_));
  in_->Drop(block.size());
  left_ -= block.size();
  return block;
}

void Tar::Skip(std::uint64_t bytes) {
  while (bytes > 0) {
    const std::string_view block = in_->Peek();
    if (block.empty()) ThrowTruncated("It ends in a file.");
    const std::uint64_t some = std::min<std::uint64_t>(block.size(), bytes);
    in_->Drop(some);
    spend_(some);
    bytes -= some;
  }
}

std::string Tar::TakeText(std::uint64_t size) {
  if (size > kMaxText) ThrowDamaged("The name of a file in it is too long.");
  std::string text = in_->Take(size);
  Skip(PaddingOf(size));
  spend_(size);
  return text;
}

}  // namespace soulprint
