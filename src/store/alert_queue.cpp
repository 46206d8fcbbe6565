#include "store/alert_queue.hpp"

#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "store/identity.hpp"
#include "util/format.hpp"

namespace soulprint {

std::optional<Alert> TakeAlert() {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(Format(R"(
    UPDATE soulprint.full_passes f SET alert = NULL
    FROM (SELECT id, user_id, alert FROM soulprint.full_passes
          WHERE {} ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED) AS taken
    WHERE f.id = taken.id AND f.user_id = taken.user_id
    RETURNING taken.id, taken.alert)",
                                        kAlertWaits))
                            .Run();
  transaction.Commit();
  if (rows.empty()) return std::nullopt;
  return Alert{rows.front().BigInt(0), rows.front().Text(1)};
}

}  // namespace soulprint
