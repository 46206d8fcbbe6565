#include "store/vault.hpp"

#include "net/secret_file.hpp"
#include "pg/query.hpp"
#include "pg/role.hpp"
#include "pg/transaction.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {

namespace {

constexpr const char* kHint =
    "View vault.decrypted_secrets in this database must have one secret of that name, and the "
    "owner of the view must be able to decrypt it.";

// A function of Vault may quote the secret in its error: only the SQLSTATE is told.
ServerUnavailable Unreadable(const Error& error) {
  if (error.sqlstate() == sqlstate::kInsufficientPrivilege) {
    return {
        "the owner of vault.decrypted_secrets is not permitted to read the secret named by "
        "soulprint.vault_secret",
        "Grant that role what its view needs."};
  }
  return {Format("could not read the secret named by soulprint.vault_secret: SQLSTATE {}",
                 error.sqlstate()),
          kHint};
}

pg::RoleId OwnerOfView() {
  try {
    return pg::OwnerOf("vault", "decrypted_secrets");
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kUndefinedTable) throw;
    throw ServerUnavailable(
        "there is no view vault.decrypted_secrets to read soulprint.vault_secret from",
        "Create extension supabase_vault in this database, or use soulprint.api_key_file.");
  }
}

pg::Rows Find(const std::string& name) {
  const pg::Transaction transaction;  // rolled back: code of the view's owner leaves nothing behind
  const pg::RoleId owner = OwnerOfView();
  LimitLockWait(kBriefly);
  try {
    return pg::Query("SELECT decrypted_secret FROM vault.decrypted_secrets WHERE name = $1 LIMIT 2")
        .Text(name)
        .As({owner, pg::kSafeSearchPath})
        .Run();
  } catch (const SqlError& error) {
    if (error.sqlstate() == sqlstate::kLockNotAvailable) throw;
    throw Unreadable(error);
  }
}

}  // namespace

std::string ReadVaultSecret(const std::string& name) {
  const pg::Rows rows = Find(name);
  if (rows.empty()) {
    throw ServerUnavailable("no secret in Vault has the name in soulprint.vault_secret", kHint);
  }
  if (rows.size() > 1) {
    throw ServerUnavailable("several secrets in Vault have the name in soulprint.vault_secret",
                            kHint);
  }
  return CleanSecret(rows.front().Text(0), "secret named by soulprint.vault_secret", kHint);
}

}  // namespace soulprint
