// Which values the text settings refuse, and Postgres's hooks that refuse them.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pg/postgres.hpp"

namespace soulprint::settings {

// Why a value is refused, as sentences; nullptr if it is not.
struct Objection {
  const char* detail = nullptr;
  const char* hint = nullptr;
};

struct Check {
  Objection (*judge)(const std::string& value);
  GucStringCheckHook hook;
};

extern const Check kText;       // not empty
extern const Check kName;       // empty, or not blank
extern const Check kServerUrl;  // https:// or http://
extern const Check kServerUrlOrEmpty;
extern const Check kAlertUrl;  // the same with a query, or empty
extern const Check kProxy;
extern const Check kHosts;
extern const Check kBuckets;
extern const Check kDatabases;  // names, at most so many
inline constexpr std::size_t kMostDatabases = 16;
// An absolute path, or empty.  A missing file is only warned of: it may come later.
extern const Check kApiKeyFile;
extern const Check kCaFile;
extern const Check kStorageKeyFile;

// The names in a list as Postgres writes lists: commas separate them, double quotes are around
// those with other characters.  nullopt if it is malformed.
std::optional<std::vector<std::string>> SplitNames(const std::string& list);

// The judgment of a check.  Does not throw.
Objection Judge(const Check& check, const char* value) noexcept;

// From now on the hooks refuse bad values.  Before, they let them pass: in place of a bad value
// that the server starts with, Postgres would use the built-in default, and ask Anthropic's server
// because the address of another is misspelled.
void StartChecking();

}  // namespace soulprint::settings
