// The bytes of one JSON file ──► the JSON texts of its records, one at a time.
//
// A record is an element of the list of conversations, or the file's one object.  In JSON Lines,
// which are objects one after the other, each object is a record, or has a list of them.  Only
// brackets and strings are looked at: a record may be invalid JSON.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace soulprint {

class RecordSplitter {
 public:
  enum class Kind {
    kElement,    // an element of the list of conversations, or one of several objects
    kWhole,      // the file's one object
    kEndOfList,  // no record: another object follows the one with the list; json is empty
    kNoObject,   // an element that is a number, a string or a literal; json is empty
    // Larger than max_bytes, or with a string half as large, or with a number of more than 4096
    // digits.  `json` has only its first bytes, `tail` its last.
    kTooLarge,
  };
  struct Record {
    Kind kind = Kind::kElement;
    std::string json;
    std::string tail;
  };
  using Take = std::function<void(Record)>;

  RecordSplitter(std::size_t max_bytes, Take take)
      : max_bytes_(max_bytes), take_(std::move(take)) {}

  // Throws Error 22P02 when the bytes are not a JSON array or object, and what `take` throws.
  void Push(std::string_view bytes);

  // Call after the last byte.  Throws Error 22P02 when the file is empty or truncated.
  void Finish();

 private:
  enum class Mode {
    kStart,
    kList,
    kObject,
    kRest,         // of an object, after its list
    kAfterObject,  // another one may follow
    kEnd,
  };

  std::string_view SkipStart(std::string_view bytes);
  std::size_t SkipString(std::string_view bytes, std::size_t at);
  std::size_t SkipNested(std::string_view bytes, std::size_t at);
  void StepInList(std::string_view bytes, std::size_t at);
  void StepInObject(std::string_view bytes, std::size_t at);
  void StepAfterEnd(std::string_view bytes, std::size_t at);
  void BeginObject();
  void Close(std::string_view bytes, std::size_t at);
  void KeepRecord(std::string_view bytes);
  void GiveRecord(Kind kind);
  void DropRecord();

  std::size_t max_bytes_;
  Take take_;
  Mode mode_ = Mode::kStart;
  std::string head_;        // first bytes of the file, until the first bracket
  std::uint64_t read_ = 0;  // bytes of earlier pushes
  std::size_t depth_ = 0;
  std::size_t list_depth_ = 0;  // depth_ inside the list of conversations
  bool in_string_ = false;
  bool escaped_ = false;      // an odd run of backslashes ended the last push
  bool in_scalar_ = false;    // inside a number or literal of the list
  bool key_expected_ = true;  // in the outermost object
  bool in_key_ = false;
  std::string key_;

  bool lines_ = false;  // this is not the first object
  // In kAfterObject: the object is a record that is not given yet; what follows says its kind.
  bool held_ = false;
  bool open_ = false;      // a record is being collected
  std::size_t begin_ = 0;  // where it continues in the bytes of this push
  bool too_large_ = false;
  std::size_t string_bytes_ = 0;  // of the current string
  bool long_string_ = false;      // this record has a string that is too long
  // Of the current number or literal among the keys of the outermost object.
  std::size_t token_bytes_ = 0;
  bool long_token_ = false;  // this record has a number or literal that is too long
  std::string record_;
  std::string tail_;
};

}  // namespace soulprint
