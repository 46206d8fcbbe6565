#include "pg/sha256.hpp"

#include "pg/call.hpp"
#include "util/hex.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

std::string Sha256(std::initializer_list<std::string_view> parts) {
  uint8 digest[PG_SHA256_DIGEST_LENGTH];
  Call([&] {
    pg_cryptohash_ctx* const hash = pg_cryptohash_create(PG_SHA256);
    bool done = pg_cryptohash_init(hash) >= 0;
    for (const std::string_view part : parts) {
      const auto* const bytes = reinterpret_cast<const uint8*>(part.data());
      done = done && pg_cryptohash_update(hash, bytes, part.size()) >= 0;
    }
    if (!done || pg_cryptohash_final(hash, digest, sizeof digest) < 0) {
      ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                      errmsg("could not compute an SHA-256 hash: %s", pg_cryptohash_error(hash))));
    }
    pg_cryptohash_free(hash);
  });
  return ToHex({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace soulprint::pg
