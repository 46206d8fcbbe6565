// JSON as a sequence of events, from text or from a jsonb value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace soulprint {

// The events of nlohmann's json_sax, without its errors.  false = stop.
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

// Sends the events of a value.  Returns false if the reader stopped.
using SendJson = std::function<bool(JsonEvents*)>;

}  // namespace soulprint
