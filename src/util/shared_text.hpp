// A text of which there are very many: one pointer, and copies share the characters.
//
// Not for several threads.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <ostream>
#include <string_view>
#include <utility>

namespace soulprint {

class SharedText {
 public:
  SharedText() = default;
  template <std::convertible_to<std::string_view> Text>
  SharedText(const Text& text) : held_(Hold(text)) {}
  SharedText(const SharedText& other) : held_(other.held_) {
    if (held_ != nullptr) ++held_->owners;
  }
  SharedText(SharedText&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedText() {
    if (held_ != nullptr && --held_->owners == 0) ::operator delete(held_);
  }

  operator std::string_view() const {
    if (held_ == nullptr) return {};
    return {reinterpret_cast<const char*>(held_ + 1), held_->size};
  }
  bool empty() const { return held_ == nullptr; }
  std::size_t size() const { return held_ == nullptr ? 0 : held_->size; }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.held_ == b.held_ || std::string_view(a) == std::string_view(b);
  }
  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const SharedText& a, const Text& b) {
    return std::string_view(a) == std::string_view(b);
  }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << std::string_view(text);
  }

 private:
  // Its characters follow it.
  struct Held {
    std::uint32_t owners;
    std::uint32_t size;
  };

  static Held* Hold(std::string_view text) {
    if (text.empty()) return nullptr;
    auto* const held = new (::operator new(sizeof(Held) + text.size()))
        Held{1, static_cast<std::uint32_t>(text.size())};
    std::memcpy(held + 1, text.data(), text.size());
    return held;
  }

  Held* held_ = nullptr;  // nullptr = empty
};

}  // namespace soulprint
