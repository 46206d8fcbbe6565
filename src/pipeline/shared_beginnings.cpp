#include "pipeline/shared_beginnings.hpp"

#include <cstddef>
#include <string_view>

namespace soulprint {
namespace {

constexpr std::size_t kRemembered = std::size_t{1} << 19;

std::uint64_t Add(std::uint64_t hash, std::string_view text) {
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;  // FNV-1a
  return (hash ^ text.size()) * 0x100000001B3;
}

}  // namespace

int SharedBeginnings::Count(const Conversation& conversation) {
  std::uint64_t hash = 0xCBF29CE484222325;
  int shared = 0;
  bool all = true;
  for (const Message& message : conversation.messages) {
    if (message.id.empty()) break;
    hash = Add(Add(hash, message.id), message.text);
    all = all && beginnings_.count(hash) > 0;
    if (all) ++shared;
    if (!all && beginnings_.size() < kRemembered) beginnings_.insert(hash);
  }
  return shared >= 2 ? shared : 0;
}

}  // namespace soulprint
