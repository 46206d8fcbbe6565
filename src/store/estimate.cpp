#include "store/estimate.hpp"

#include <algorithm>
#include <vector>

#include "pg/query.hpp"
#include "pg/role.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "store/sql_store.hpp"
#include "util/interrupts.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kMostSampled = 300;
constexpr std::size_t kRun = 50;  // conversations in a row, of which short ones share a question

struct Stored {
  std::string id;
  std::size_t place = 0;  // among all
  double bytes = 0;
  bool unread = false;
};

double Bytes(const std::vector<Stored>& conversations) {
  double bytes = 0;
  for (const Stored& conversation : conversations) bytes += conversation.bytes;
  return bytes;
}

// Without reading them.  A conversation is read if an answer covers it that came after it.
std::vector<Stored> ListConversations(const std::string& user_id, const std::string& model) {
  std::vector<std::string> read;
  std::vector<std::string> at;
  for (const pg::Row& row : OwnQuery(R"(
         SELECT id, max(created_at)::text
         FROM soulprint.replies, unnest(conversation_ids) AS id
         WHERE user_id = $1 AND step = 'facts' AND model = $2 AND NOT unusable GROUP BY id)")
                                .Uuid(user_id)
                                .Text(model)
                                .Run()) {
    read.push_back(row.Text(0));
    at.push_back(row.Text(1));
  }
  std::vector<Stored> conversations;
  for (const pg::Row& row : AppQuery(app::kListSizes)
                                .Uuid(user_id)
                                .TextArray(std::move(read))
                                .TextArray(std::move(at))
                                .As(Worker())
                                .Run()) {
    CheckForInterrupts();
    conversations.push_back(
        {row.Text(0), conversations.size(), static_cast<double>(row.BigInt(1)), row.Bool(2)});
  }
  return conversations;
}

// All of them, or runs at equal distances.
std::vector<Stored> Sample(const std::vector<Stored>& conversations) {
  if (conversations.size() <= kMostSampled) return conversations;
  std::vector<Stored> sample;
  const std::size_t runs = kMostSampled / kRun;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto begin =
        conversations.begin() +
        static_cast<std::ptrdiff_t>(run * (conversations.size() - kRun) / (runs - 1));
    sample.insert(sample.end(), begin, begin + kRun);
  }
  return sample;
}

// What questions about these conversations would be, by a sample of them.  Only neighbors share
// one.
FactsQuestions Count(const std::vector<Stored>& conversations, SqlStore& store,
                     const std::string& model) {
  const std::vector<Stored> sample = Sample(conversations);
  FactsQuestions counts;
  for (auto begin = sample.begin(); begin != sample.end();) {
    std::vector<std::string> ids;
    auto end = begin;
    for (; end != sample.end() && end->place == begin->place + ids.size(); ++end) {
      ids.push_back(end->id);
    }
    begin = end;
    counts.Add(pg::AsRole(Worker(), [&] { return CountFactsQuestions(ids, store, model); }));
  }
  counts.Scale(sample.empty() ? 0 : Bytes(conversations) / std::max(Bytes(sample), 1.0));
  return counts;
}

// True if the answers about notes came after the notes.
bool AreNotesRead(const std::string& user_id, const std::string& model) {
  return OwnQuery(R"(
           SELECT EXISTS (SELECT FROM soulprint.replies
                          WHERE user_id = $1 AND step = 'facts' AND model = $2 AND NOT unusable
                          AND conversation_ids IS NULL
                          AND created_at > (SELECT max(imported_at) FROM soulprint.memories
                                            WHERE user_id = $1)))")
      .Uuid(user_id)
      .Text(model)
      .Run()
      .at(0)
      .Bool(0);
}

}  // namespace

StoredEstimate EstimateStored(const std::string& user_id, const std::string& model, Prices prices,
                              int concurrency, bool batch) {
  const std::vector<Stored> all = ListConversations(user_id, model);
  std::vector<Stored> unread;
  std::copy_if(all.begin(), all.end(), std::back_inserter(unread),
               [](const Stored& conversation) { return conversation.unread; });
  PassLease nobody(0, user_id, [] {});
  SqlStore store(nobody);
  Outlook outlook;
  outlook.batch = batch;
  outlook.all = Count(all, store, model);
  outlook.unread = unread.size() == all.size() ? outlook.all : Count(unread, store, model);
  const FactsQuestions notes = CountFactsQuestions({}, store, model, store.ReadNotes());
  outlook.all.Add(notes);
  if (!AreNotesRead(user_id, model)) outlook.unread.Add(notes);
  const pg::Row known = OwnQuery(R"(
    SELECT (SELECT count(*) FROM soulprint.replies
            WHERE user_id = $1 AND step = 'facts' AND model = $2 AND NOT unusable),
           (SELECT coalesce(sum(length(fact::text)), 0) / 4.0 FROM soulprint.facts
            WHERE user_id = $1),
           (SELECT sum(output_tokens) / nullif(sum(requests), 0) FROM soulprint.costs
            WHERE step = 'facts' AND model = $2),
           EXISTS (SELECT FROM soulprint.replies
                   WHERE user_id = $1 AND step = 'sections' AND model = $2 AND NOT unusable))")
                            .Uuid(user_id)
                            .Text(model)
                            .Run()
                            .at(0);
  outlook.fact_tokens = known.Double(1);
  outlook.answer_tokens = known.Double(2);
  outlook.rest_remembered =
      outlook.all.chunks == 0 || (outlook.unread.questions == 0 && known.Bool(3));
  return {static_cast<std::int64_t>(all.size()), outlook.all.chunks, known.BigInt(0), outlook,
          EstimatePass(outlook, prices, concurrency)};
}

}  // namespace soulprint
