// The stored conversations that were put together from single exchanges, and have computed ids: an
// export from which the first exchange is gone gives the same conversation another id.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

struct EarlierTalk {
  std::string id;
  std::int64_t first = 0;  // its created_at and updated_at, in microseconds
  std::int64_t last = 0;
  bool of_import = false;    // this import has given it
  std::size_t messages = 0;  // only of this import
};

// Of one user, during one import, in the open transaction; at most 100,000.
class EarlierTalks {
 public:
  // `user_id` must outlive this object.
  explicit EarlierTalks(const std::string& user_id) : user_id_(user_id) {}

  // Those under another id that share the first or the last message with this talk.  Calls
  // `before_query` before it looks at rows.
  std::vector<EarlierTalk> Sharing(const Conversation& talk,
                                   const std::function<void()>& before_query);

  void Add(const Conversation& talk);
  void Forget(const EarlierTalk& talk);

 private:
  void Load();

  const std::string& user_id_;
  bool loaded_ = false;
  std::multimap<std::int64_t, EarlierTalk> talks_;  // by `first`
};

}  // namespace soulprint
