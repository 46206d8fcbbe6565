// JSON as the events that parsing its text gives, whatever it is in.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace soulprint {

// The events of nlohmann's json_sax that a parsed value has; false = enough.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool null() = 0;
  virtual bool boolean(bool value) = 0;
  virtual bool number_integer(std::int64_t value) = 0;
  virtual bool number_unsigned(std::uint64_t value) = 0;
  virtual bool number_float(double value, const std::string& text) = 0;
  virtual bool string(std::string& value) = 0;
  virtual bool start_object(std::size_t members) = 0;
  virtual bool key(std::string& name) = 0;
  virtual bool end_object() = 0;
  virtual bool start_array(std::size_t elements) = 0;
  virtual bool end_array() = 0;
};

// Sends a value to a reader.  False when the reader had enough.
using SendJson = std::function<bool(JsonEvents*)>;

}  // namespace soulprint
