// The bytes of one JSON file ──► the JSON texts of its conversations, one at a time.
//
// Only brackets and strings are looked at; whether a piece is valid JSON is for its reader to say.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

// The hint of every error about a file that is no export.
inline constexpr std::string_view kExportHint =
    "Give the ZIP file of the ChatGPT data export, or the conversations.json inside it.";

class JsonPieces {
 public:
  enum class Kind {
    kElement,   // an element of the list of conversations
    kWhole,     // the file's one object
    kNoObject,  // an element that is a number, a string or a literal; json is empty
    kTooLarge,  // or a string in it is half as large, or a number has more than 4096 digits; json
                // is only its first bytes, tail its last
  };
  struct Piece {
    Kind kind = Kind::kElement;
    std::string json;
    std::string tail;
  };
  using Take = std::function<void(Piece)>;

  JsonPieces(std::size_t max_bytes, Take take) : max_bytes_(max_bytes), take_(std::move(take)) {}

  // Throws Error 22P02 when the bytes are no JSON array or object, and what `take` throws.
  void Push(std::string_view bytes);

  // Throws Error 22P02 when the file is empty or ends in the middle.
  void Finish();

  // The first keys of the file's one object.
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  enum class Mode { kStart, kList, kObject, kRest, kEnd };

  std::string_view SkipStart(std::string_view bytes);
  std::size_t SkipString(std::string_view bytes, std::size_t at);
  std::size_t SkipNested(std::string_view bytes, std::size_t at);
  void StepInList(std::string_view bytes, std::size_t at);
  void StepInObject(std::string_view bytes, std::size_t at);
  void StepAtEnd(char c) const;
  void Close(std::string_view bytes, std::size_t at);
  void OpenPiece(std::size_t at);
  void KeepPiece(std::string_view bytes);
  void GivePiece(Kind kind);
  void DropPiece();

  std::size_t max_bytes_;
  Take take_;
  Mode mode_ = Mode::kStart;
  std::string head_;        // of the file, until it is known what it is
  std::uint64_t read_ = 0;  // bytes of earlier pushes
  std::size_t depth_ = 0;
  std::size_t list_depth_ = 0;  // inside the list of conversations
  bool in_string_ = false;
  bool escaped_ = false;      // an odd run of backslashes ended the last push
  bool in_scalar_ = false;    // inside a number or literal of the list
  bool key_expected_ = true;  // in the file's one object
  bool in_key_ = false;
  std::string key_;
  std::vector<std::string> keys_;

  bool open_ = false;      // a piece is being collected
  std::size_t begin_ = 0;  // where it goes on in the bytes of this push
  bool too_large_ = false;
  std::size_t string_bytes_ = 0;  // of the string at hand
  bool long_string_ = false;      // one in this piece was
  std::size_t token_bytes_ =
      0;                     // of the number or literal at hand, among the keys of the one object
  bool long_token_ = false;  // one in this piece was
  std::string piece_;
  std::string tail_;
};

}  // namespace soulprint
