// Secrets in Supabase Vault.

#pragma once

#include <string>

namespace soulprint {

// The secret of this name in the view vault.decrypted_secrets of the database, read as the owner of
// the view.  soulprint_worker needs no right on it, so that no trigger of the application reads a
// secret.  Throws ServerUnavailable if there is no such view, the name is not that of one secret,
// the secret is no key (net/secret_file.hpp), or the view raises an error; the message names
// soulprint.vault_secret, and contains neither the name nor what the view says.  Throws SqlError
// 55P03 if somebody locks the view.  There must be no open transaction.
std::string ReadVaultSecret(const std::string& name);

}  // namespace soulprint
