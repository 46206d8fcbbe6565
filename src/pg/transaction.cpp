// BEGIN, COMMIT and ROLLBACK, bound to a scope.

#include "pg/transaction.hpp"

#include "pg/call.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

Transaction::Transaction(bool open) : open_(open) {}

// The delegation comes first, so that the destructor runs if starting fails half way.
Transaction::Transaction() : Transaction(!IsOpen()) {
  if (!open_) throw Error(sqlstate::kInternalError, "a transaction is already open");
  Call([] {
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    BeginTransactionBlock();
    CommitTransactionCommand();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
  });
}

Transaction::~Transaction() {
  if (open_) AbortOutOfAnyTransaction();
}

void Transaction::Commit() {
  Call([] {
    PopActiveSnapshot();
    EndTransactionBlock(false);
    CommitTransactionCommand();
  });
  open_ = false;
  Call([] { pgstat_report_stat(true); });
}

Subtransaction::Subtransaction() : context_(CurrentMemoryContext), owner_(CurrentResourceOwner) {
  Call([&] {
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(static_cast<MemoryContext>(context_));
  });
  open_ = true;
}

Subtransaction::~Subtransaction() {
  if (!open_) return;
  RollbackAndReleaseCurrentSubTransaction();
  Restore();
}

void Subtransaction::Keep() {
  Call([] { ReleaseCurrentSubTransaction(); });
  open_ = false;
  Restore();
}

void Subtransaction::Restore() noexcept {
  MemoryContextSwitchTo(static_cast<MemoryContext>(context_));
  CurrentResourceOwner = static_cast<ResourceOwner>(owner_);
}

bool Transaction::IsOpen() { return IsTransactionOrTransactionBlock(); }

}  // namespace soulprint::pg
