#include "store/earlier_talks.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "pg/query.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "util/dump_json.hpp"
#include "util/time.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kTalks = 100000;
// Conversations of one account do not overlap, those of two copies of it do.
constexpr int kOverlaps = 4;

// What a row's messages contain if this message is among them.
std::string Containing(const Message& message) {
  const nlohmann::json wanted = {{{"role", message.role == Role::kUser ? "user" : "assistant"},
                                  {"content", message.text},
                                  {"timestamp", FormatTime(message.at)}}};
  return DumpJson(wanted);
}

}  // namespace

std::vector<EarlierTalk> EarlierTalks::Sharing(const Conversation& talk,
                                               const std::function<void()>& before_query) {
  std::vector<EarlierTalk> sharing;
  if (!talk.created_at || !talk.updated_at || talk.messages.empty()) return sharing;
  Load();
  std::vector<EarlierTalk> overlapping;
  auto at = talks_.upper_bound(*talk.updated_at);
  for (int i = 0; i < kOverlaps && at != talks_.begin(); ++i) {
    --at;
    const EarlierTalk& other = at->second;
    if (other.last >= *talk.created_at && other.id != talk.id) overlapping.push_back(other);
  }
  if (overlapping.empty()) return sharing;
  before_query();
  const std::string first = Containing(talk.messages.front());
  const std::string last = Containing(talk.messages.back());
  for (EarlierTalk& other : overlapping) {
    const bool shares = AppQuery(app::kSharesMessage)
                            .Uuid(user_id_)
                            .Text(other.id)
                            .Jsonb([&] { return pg::ToJsonb(first); })
                            .Jsonb([&] { return pg::ToJsonb(last); })
                            .Execute() > 0;
    if (shares) sharing.push_back(std::move(other));
  }
  return sharing;
}

void EarlierTalks::Add(const Conversation& talk) {
  if (!talk.created_at || !talk.updated_at) return;
  Load();
  EarlierTalk added{talk.id, *talk.created_at, *talk.updated_at, true, talk.messages.size()};
  Forget(added);
  if (talks_.size() < kTalks) talks_.emplace(added.first, std::move(added));
}

void EarlierTalks::Forget(const EarlierTalk& talk) {
  const auto [begin, end] = talks_.equal_range(talk.first);
  for (auto at = begin; at != end; ++at) {
    if (at->second.id != talk.id) continue;
    talks_.erase(at);
    return;
  }
}

void EarlierTalks::Load() {
  if (std::exchange(loaded_, true)) return;
  const pg::Rows rows =
      AppQuery(app::kListTalks).Uuid(user_id_).BigInt(static_cast<std::int64_t>(kTalks)).Run();
  for (const pg::Row& row : rows) {
    const auto begin = row.Timestamp(1);
    const auto end = row.Timestamp(2);
    if (begin && end) talks_.emplace(*begin, EarlierTalk{row.Text(0), *begin, *end, false, 0});
  }
}

}  // namespace soulprint
