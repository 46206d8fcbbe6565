// A transaction of a background worker, owned by scope.
//
//   { pg::Transaction t; …Query…; t.Commit(); }
//
// Without Commit the scope rolls back, also when an exception leaves it.
//
// It is a transaction block, as BEGIN starts one.  Outside a block an extension may take each
// statement for a transaction of its own: Citus then commits each on its own.

#pragma once

namespace soulprint::pg {

class Transaction {
 public:
  // Starts a transaction and pushes a snapshot.  There must be none open.
  Transaction();
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // The only way to keep the work.  Reports statistics, so that autovacuum sees it.
  void Commit();

  // True if a transaction is open in this process.
  static bool IsOpen();

 private:
  explicit Transaction(bool open);
  bool open_ = false;
};

// A subtransaction of the open transaction, owned by scope.  Without Keep the scope rolls it back,
// with its SPI connections and roles, also when an exception leaves it.
class Subtransaction {
 public:
  Subtransaction();
  ~Subtransaction();
  Subtransaction(const Subtransaction&) = delete;
  Subtransaction& operator=(const Subtransaction&) = delete;

  void Keep();

 private:
  void Restore() noexcept;

  void* context_;  // of the caller: a MemoryContext
  void* owner_;    // and a ResourceOwner
  bool open_ = false;
};

// The result of body, run in the open transaction or in one of its own.
template <typename Body>
auto InTransaction(Body body) {
  if (Transaction::IsOpen()) return body();
  Transaction transaction;
  auto result = body();
  transaction.Commit();
  return result;
}

}  // namespace soulprint::pg
