#include "worker/ending.hpp"

#include <algorithm>
#include <utility>

#include "util/format.hpp"

namespace soulprint {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Action = Ending::Action;
using Level = Ending::Level;

constexpr seconds kLeastWait{1};
constexpr seconds kFirstRetry{10};  // doubled with each attempt
constexpr int kMostDoublings = 16;
constexpr seconds kLockWait{10};
constexpr minutes kUnrecordedWait{5};
// It becomes due as soon as its batches have ended.
constexpr std::chrono::hours kBatchWait{1};
constexpr std::string_view kShownBatchWait =
    "The model's answers may take a day. The profile is made as soon as they are there.";
// For readers of the profile while only the server's administrators can act.
constexpr std::string_view kShownWait =
    "The profile cannot be made at the moment. It is retried automatically.";

milliseconds Doubled(milliseconds first, int times) {
  return first * (std::int64_t{1} << std::clamp(times, 0, kMostDoublings));
}

// True if another attempt may succeed: connection, rollback, resources, operator, system, lock.
bool IsTransient(const std::string& sqlstate) {
  if (sqlstate == sqlstate::kLockNotAvailable) return true;
  for (const char* state_class : {"08", "40", "53", "57", "58"}) {
    if (sqlstate.starts_with(state_class)) return true;
  }
  return false;
}

template <typename Type>
bool Is(const Error& error) {
  return dynamic_cast<const Type*>(&error) != nullptr;
}

// The detail of a violated constraint is the row: a user's words do not belong in a log.
std::string Detail(const Error& error) {
  return error.sqlstate().starts_with("23") ? std::string() : error.detail();
}

std::string EndSentence(const std::string& text) { return text.ends_with('.') ? text : text + "."; }

// The error without its hint, as sentences: the detail of a log line.
std::string ReasonSentences(const Error& error) {
  std::string text = EndSentence(error.what());
  // What is named keeps its letters: "soul_md keeps its old value."
  const std::size_t word = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (word > 0 && text[word] == ' ') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  const std::string detail = Detail(error);
  return detail.empty() ? text : text + " " + detail;
}

bool IsLockTimeout(const Error& error) { return error.sqlstate() == sqlstate::kLockNotAvailable; }

// Of a full disk only if it is full: a trigger can raise any SQLSTATE.
bool IsDiskFull(const Error& error, const Attempt& attempt) {
  return error.sqlstate() == sqlstate::kDiskFull && attempt.disk_full;
}

Ending Discarded(const Error& error) {
  return {.action = Action::kDiscard, .log = Format("was discarded: {}", error.what())};
}

// Nothing can be written to the profile before the lock is released.
Ending Blocked(const std::string& blocker) {
  const std::string reason = "waits for a lock held by " + blocker;
  return {.action = Action::kPutOff,
          .charged = false,
          .wait = kLockWait,
          .reason = reason,
          .log = reason,
          .hint = "pg_stat_activity or pg_prepared_xacts shows what holds it."};
}

// The status of a server that a message names, as ", HTTP 500"; "" if there is none.
std::string HttpStatus(const std::string& message) {
  constexpr std::string_view kMark = "HTTP ";
  for (std::size_t at = 0; (at = message.find(kMark, at)) != message.npos; at += kMark.size()) {
    const std::string digits = message.substr(at + kMark.size(), 3);
    if (digits.size() == 3 && digits.find_first_not_of("0123456789") == digits.npos) {
      return Format(", HTTP {}", digits);
    }
  }
  return "";
}

// An error of SQL can quote the user, and so can what a server or a model said, which stands behind
// a colon or a status.  The hints are ours.
std::string AlertOf(const Error& error) {
  if (Is<SqlError>(error)) {
    return Format("a statement was refused (SQLSTATE {}). The server log has the reason.",
                  error.sqlstate());
  }
  std::string text = "internal error";
  if (error.sqlstate() != sqlstate::kInternalError) {
    const std::string message = error.what();
    text = message.substr(0, std::min(message.find(": "), message.find(" (HTTP ")));
    if (text.size() < message.size()) text += HttpStatus(message);
  }
  text += Format(" (SQLSTATE {}).", error.sqlstate());
  return error.hint().empty() ? text : text + " " + error.hint();
}

Ending Failed(const Error& error) {
  return {.action = Action::kFail,
          .reason = Sentences(error),
          .alert = AlertOf(error),
          .level = Level::kWarning,
          .sqlstate = error.sqlstate(),
          .log = "failed",
          .detail = ReasonSentences(error),
          .hint = error.hint()};
}

// A pass that meets pauses again and again has a question that alone is refused: the others get
// ever more time.
Ending Waiting(const Error& error, const Attempt& attempt) {
  const bool again = attempt.pauses > 1;
  if (again && attempt.number >= attempt.max) return Failed(error);
  milliseconds wait = attempt.paused ? kLeastWait : attempt.probe_interval;
  if (again) wait = Doubled(attempt.probe_interval, attempt.pauses - 1);
  return {.action = Action::kRequeue,
          .charged = again,
          .wait = std::max<milliseconds>(wait, kLeastWait),
          .reason = Sentences(error),
          .shown = std::string(kShownWait),
          .sqlstate = error.sqlstate(),
          .log = Format("waits: {}", error.what()),
          .hint = error.hint()};
}

}  // namespace

std::string Sentences(const Error& error) {
  std::string text = error.what();
  const std::string detail = Detail(error);
  for (const std::string* more : {&detail, &error.hint()}) {
    if (!more->empty()) text = EndSentence(text) + " " + *more;
  }
  return text;
}

Ending EndingOf(const Error& error, const Attempt& attempt) {
  if (Is<PassLost>(error)) return Discarded(error);
  if (IsLockTimeout(error) && !attempt.blocker.empty()) return Blocked(attempt.blocker);
  if (Is<ServerUnavailable>(error) || IsDiskFull(error, attempt)) return Waiting(error, attempt);
  if (Is<TurnOver>(error)) {
    return {.action = Action::kPutOff,
            .charged = false,
            .wait = kLeastWait,
            .reason = Sentences(error),
            .log = Format("goes to the end of the queue: {}", error.what())};
  }
  if (Is<BatchPending>(error)) {
    return {.action = Action::kRequeue,
            .charged = false,
            .wait = kBatchWait,
            .reason = error.what(),
            .shown = std::string(kShownBatchWait),
            .log = Format("waits: {}", error.what())};
  }
  if (const auto* day = dynamic_cast<const DayLimit*>(&error)) {
    return {.action = Action::kRequeue,
            .charged = false,
            .wait = day->wait(),
            .reason = Sentences(error),
            .shown = std::string(kShownWait),
            .sqlstate = error.sqlstate(),
            .log = Format("waits: {}", error.what())};
  }
  if (Is<CostLimit>(error)) return Failed(error);
  if (Is<PassStopped>(error)) {
    return {.action = Action::kRequeue,
            .charged = false,
            .wait = kLeastWait,
            .reason = Sentences(error),
            .shown = std::string(kShownWait),
            .log = Format("returned to the queue: {}", error.what())};
  }
  if (Is<Canceled>(error)) {
    return {.reason = "canceled by an administrator",
            .canceled = true,
            .sqlstate = error.sqlstate(),
            .log = "was canceled by an administrator"};
  }
  if (!IsTransient(error.sqlstate()) || attempt.number >= attempt.max) return Failed(error);
  return {.action = Action::kRequeue,
          .wait = Doubled(kFirstRetry, attempt.number - 1),
          .reason = Sentences(error),
          .shown = Sentences(error),
          .sqlstate = error.sqlstate(),
          .log = Format("will be retried: {}", error.what()),
          .detail = Detail(error)};
}

Ending EndingOfUnrecorded(const Ending& wanted, const Error& refusal, const Attempt& attempt,
                          const std::string& put_off_for) {
  if (Is<PassLost>(refusal)) return Discarded(refusal);
  if (IsLockTimeout(refusal) && !attempt.blocker.empty()) return Blocked(attempt.blocker);
  Ending ending{.action = Action::kPutOff,
                .charged = wanted.charged,
                .wait = std::max<milliseconds>(wanted.wait, kUnrecordedWait),
                .reason = wanted.reason,
                .sqlstate = refusal.sqlstate()};
  if (IsLockTimeout(refusal) && put_off_for != ending.reason) {
    // Its holder may just have released it; a trigger that raises the same will do so again.
    ending.wait = kLockWait;
    ending.level = Level::kNone;
    return ending;
  }
  const bool disk_full = IsDiskFull(refusal, attempt);
  if (disk_full) ending.charged = false;
  if (disk_full || (IsTransient(refusal.sqlstate()) && attempt.number < attempt.max)) {
    ending.level = Level::kWarning;
    ending.log = Format("could not be ended: {}", refusal.what());
    ending.hint = refusal.hint().empty() ? "It is retried after 5 minutes." : refusal.hint();
    return ending;
  }
  if (wanted.action == Action::kRequeue) {
    // The profile stays as processing meanwhile.
    ending.wait = wanted.wait;
    ending.sqlstate = wanted.sqlstate;
    ending.log = wanted.log;
    ending.hint = wanted.hint;
    return ending;
  }
  return {.action = Action::kFailAlone,
          .reason = Format("{} The profile does not take this: {}.", EndSentence(wanted.reason),
                           refusal.what()),
          .canceled = wanted.canceled,
          .alert = wanted.alert.empty() ? "" : wanted.alert + " The profile does not take this.",
          .level = Level::kWarning,
          .sqlstate = wanted.sqlstate,
          .log = wanted.log,
          .detail = Format("{} The profile does not take this: {}.",
                           wanted.canceled ? "An administrator canceled it." : wanted.detail,
                           refusal.what()),
          .hint = refusal.hint()};
}

}  // namespace soulprint
