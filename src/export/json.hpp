// The JSON of one record ──► a tree of the values that some form reads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "export/limits.hpp"
#include "util/json_events.hpp"

namespace soulprint {

// A value of a JsonTree, with the links to its neighbours.
struct Json {
  enum class Kind : unsigned char { kNull, kBoolean, kInteger, kNumber, kString, kList, kObject };

  // Goes through the elements of a list or the members of an object.
  struct Iterator {
    using iterator_category = std::forward_iterator_tag;
    using value_type = Json;
    using difference_type = std::ptrdiff_t;
    using pointer = Json*;
    using reference = Json&;

    Json* at = nullptr;
    Json& operator*() const { return *at; }
    Iterator& operator++() {
      at = at->next;
      return *this;
    }
    bool operator==(const Iterator& other) const = default;
  };
  Iterator begin() const { return {first()}; }
  Iterator end() const { return {nullptr}; }

  bool is_string() const { return kind == Kind::kString; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_object() const { return kind == Kind::kObject; }
  bool is_true() const { return kind == Kind::kBoolean && link.number != 0; }

  bool is_number() const { return kind == Kind::kInteger || kind == Kind::kNumber; }

  // In an object, else "".
  std::string_view key() const { return {key_bytes, key_size}; }
  // Of a string, to be moved from; of an integer its digits; else "".
  std::string& text() const;
  // Of a number; 0 if it is none.
  double number() const;
  // Of a list or an object; nullptr if it is empty, or neither.
  Json* first() const { return is_list() || is_object() ? link.first : nullptr; }

  // The last member of this name; nullptr if this is no object or has none.
  Json* Find(std::string_view name) const;

  // The same, if it is of that kind.
  Json* Find(std::string_view name, Kind wanted) const;

  // The text of the first of these members that is a string and not empty, to be moved from;
  // nullptr if there is none.
  std::string* Text(std::initializer_list<std::string_view> names) const;

  Json* next = nullptr;
  // There may be millions of values.
  union {
    Json* first = nullptr;
    double number;
    std::string* text;
  } link;
  const char* key_bytes = nullptr;
  std::uint32_t key_size = 0;
  Kind kind = Kind::kNull;
};

enum class ParseResult { kRead, kInvalid, kTooDeep, kTooLarge };

struct ParseLimits {
  std::size_t max_nesting = kMaxNesting;
  std::size_t max_bytes = SIZE_MAX;       // of memory, for what is kept
  std::size_t max_text_bytes = SIZE_MAX;  // of a text in which characters were replaced
};

class JsonTreeBuilder;

// Keeps the members whose keys `is_read` names, and all members of an object that maps ids.  The
// rest is skipped and takes no memory.
class JsonTree {
 public:
  using IsRead = bool (*)(std::string_view key);

  JsonTree(const ParseLimits& limits, IsRead is_read);
  ~JsonTree();
  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;

  // Read JSON text, or the events of a JSON value, in place of what was read before.  What Postgres
  // cannot store is replaced in the text (CleanUtf8, RepairEscapes); its string gets room behind
  // it.  With `lists`, all lists that are members of the outermost object are kept, too.  After
  // kTooDeep and kTooLarge the tree is what was read until then.
  ParseResult Read(std::string* json, bool lists = false);
  ParseResult Read(const SendJson& send);

  Json& root() { return root_; }

  // Frees all values.
  void Clear();
  std::size_t bytes() const { return bytes_; }
  // In the last text.
  std::size_t replaced_characters() const { return replaced_; }

 private:
  friend class JsonTreeBuilder;
  struct Parser;

  std::optional<ParseResult> ReadClean(std::string* json);

  ParseLimits limits_;
  IsRead is_read_;
  bool lists_ = false;
  std::unique_ptr<Parser> parser_;  // with its memory, for the next text
  std::size_t bytes_ = 0;           // estimate of the memory that the values take
  std::size_t replaced_ = 0;
  std::deque<Json> values_;
  std::deque<std::string> texts_;
  std::pmr::monotonic_buffer_resource keys_;
  Json root_;
};

}  // namespace soulprint
