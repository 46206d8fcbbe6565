#include "settings_check.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "net/url.hpp"
#include "pg/call.hpp"
#include "util/text.hpp"

#include "pg/postgres.hpp"

namespace soulprint::settings {

namespace {

bool checking = false;

constexpr Objection kNone;

// True if all items of the list, which commas separate, pass the test.
bool EachItem(std::string_view list, bool (*test)(const std::string& item)) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (!test(std::string(Trim(list.substr(0, comma))))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

Objection JudgeText(const std::string& value) {
  if (!Trim(value).empty()) return kNone;
  return {"The value is empty.", "Reset the parameter to use the default."};
}

Objection JudgeName(const std::string& value) {
  if (value.empty() || !Trim(value).empty()) return kNone;
  return {"The value is blank.", "Specify a name, or an empty string."};
}

Objection JudgeFile(const std::string& value) {
  if (value.empty() || value.front() == '/') return kNone;
  return {"The path is not absolute.", "Specify the full path of the file."};
}

Objection JudgeServerUrl(const std::string& value) {
  if (IsServerUrl(value)) return kNone;
  return {"The value must be an https:// or http:// URL without user name, query and fragment.",
          "Specify a URL such as https://example.com."};
}

Objection JudgeServerUrlOrEmpty(const std::string& value) {
  return value.empty() ? kNone : JudgeServerUrl(value);
}

// Webhooks have their secret in the path or in a query.
Objection JudgeAlertUrl(const std::string& value) {
  const std::size_t query = std::min(value.find('?'), value.size());
  const bool plain = std::all_of(value.begin() + static_cast<std::ptrdiff_t>(query), value.end(),
                                 [](char c) { return c > ' ' && c < '\x7F' && c != '#'; });
  if (value.empty() || (plain && IsServerUrl(value.substr(0, query)))) return kNone;
  return {"The value must be an https:// or http:// URL without user name, space and fragment.",
          "Specify the URL of a webhook, such as https://hooks.example.com/alerts."};
}

Objection JudgeProxy(const std::string& value) {
  if (value.empty() || IsProxy(value)) return kNone;
  return {
      "The value must be a host or a URL of scheme http, https, socks4, socks4a, socks5 or "
      "socks5h.",
      "Specify a URL such as http://proxy.example.com:3128."};
}

Objection JudgeHosts(const std::string& value) {
  if (value.empty() || EachItem(value, IsHost)) return kNone;
  return {"The value must be a list of host names or IP addresses.",
          "Separate them with commas; leave out schemes, ports and brackets."};
}

Objection JudgeBuckets(const std::string& value) {
  const auto is_bucket = [](const std::string& item) {
    return !item.empty() && item.find('/') == std::string::npos;
  };
  if (value.empty() || EachItem(value, is_bucket)) return kNone;
  return {"The value must be a list of bucket names.",
          "Separate them with commas; leave out slashes."};
}

Objection JudgeDatabases(const std::string& value) {
  if (Trim(value).empty()) return JudgeText(value);
  std::optional<std::vector<std::string>> names = SplitNames(value);
  if (!names || std::count(names->begin(), names->end(), "") > 0) {
    return {"The value must be a list of database names.",
            "Separate them with commas; put double quotes around a name with spaces or commas."};
  }
  if (names->size() > kMostDatabases) {
    static_assert(kMostDatabases == 16);
    return {"The value must be a list of at most 16 database names.",
            "Leave some out: CALL soulprint_run_full_pass() runs their passes."};
  }
  std::sort(names->begin(), names->end());
  if (std::adjacent_find(names->begin(), names->end()) == names->end()) return kNone;
  return {"The value names a database twice.", "Each database has one launcher."};
}

// Every process checks every value at every reload.  Only the postmaster, for the log, and a
// session that runs ALTER SYSTEM have somebody to warn.
bool HasReader() { return !IsUnderPostmaster || (checking && ActivePortal != nullptr); }

// Postgres calls it: nothing in it throws, and ereport skips no destructor.
template <Objection (*judge)(const std::string&)>
bool Hook(char** value, void**, GucSource) {
  const Objection objection = Judge({judge, nullptr}, *value);
  // A parallel worker takes on the values of its leader, which may be those of the start.
  if (objection.detail != nullptr && checking && !InitializingParallelWorker) {
    GUC_check_errdetail("%s", objection.detail);
    GUC_check_errhint("%s", objection.hint);
    return false;
  }
  return true;
}

constexpr char kApiKeyFileName[] = "soulprint.api_key_file";
constexpr char kCaFileName[] = "soulprint.ca_file";
constexpr char kStorageKeyFileName[] = "soulprint.storage_key_file";

// The warning names the setting: where a key lies is not logged.
template <const char* name>
bool FileHook(char** value, void** extra, GucSource source) {
  if (!Hook<JudgeFile>(value, extra, source)) return false;
  if (**value == '/' && HasReader() && access(*value, R_OK) != 0) {
    ereport(WARNING, (errcode_for_file_access(),
                      errmsg("could not access the file that parameter \"%s\" names: %m", name),
                      errhint("Requests fail until the server can read it.")));
  }
  return true;
}

}  // namespace

constexpr Check kText{JudgeText, Hook<JudgeText>};
constexpr Check kName{JudgeName, Hook<JudgeName>};
constexpr Check kServerUrl{JudgeServerUrl, Hook<JudgeServerUrl>};
constexpr Check kServerUrlOrEmpty{JudgeServerUrlOrEmpty, Hook<JudgeServerUrlOrEmpty>};
constexpr Check kAlertUrl{JudgeAlertUrl, Hook<JudgeAlertUrl>};
constexpr Check kProxy{JudgeProxy, Hook<JudgeProxy>};
constexpr Check kHosts{JudgeHosts, Hook<JudgeHosts>};
constexpr Check kBuckets{JudgeBuckets, Hook<JudgeBuckets>};
constexpr Check kDatabases{JudgeDatabases, Hook<JudgeDatabases>};
constexpr Check kApiKeyFile{JudgeFile, FileHook<kApiKeyFileName>};
constexpr Check kCaFile{JudgeFile, FileHook<kCaFileName>};
constexpr Check kStorageKeyFile{JudgeFile, FileHook<kStorageKeyFileName>};

std::optional<std::vector<std::string>> SplitNames(const std::string& list) {
  List* found = NIL;
  char* text = nullptr;
  const bool well_formed = pg::Call([&] {
    text = pstrdup(list.c_str());
    return SplitGUCList(text, ',', &found);
  });
  std::vector<std::string> names;
  for (int i = 0; i < list_length(found); ++i) {
    names.emplace_back(static_cast<const char*>(list_nth(found, i)));
  }
  list_free(found);
  pfree(text);
  if (!well_formed) return std::nullopt;
  return names;
}

Objection Judge(const Check& check, const char* value) noexcept {
  try {
    return check.judge(value);
  } catch (...) {
    return {"There is not enough memory to check the value.", "Try again later."};
  }
}

void StartChecking() { checking = true; }

}  // namespace soulprint::settings
