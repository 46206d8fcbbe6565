// Constraints of the application's tables that are checked at the end of a transaction.

#pragma once

namespace soulprint {

// From now to the end of the transaction, checks at once the deferrable constraints of this table
// ("{conversations}"), of its partitions and of tables that refer to it, in schemas that the role
// may use.  For changes whose refusal must be told apart, and for those that run as another role:
// Postgres defers no trigger out of a security-restricted operation (42501).  Throws SqlError if
// what the transaction has changed before violates one.
void CheckConstraintsAtOnce(const char* table);

}  // namespace soulprint
