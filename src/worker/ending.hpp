// What becomes of a pass that could not be finished.  Pure: no Postgres, no clock, no settings.
//
// Errors that SQL raised are always charged and backed off, whatever their SQLSTATE says: triggers
// of the application can raise any.  Only our own types return a pass to the queue for free, and
// then for at least a second.

#pragma once

#include <chrono>
#include <string>

#include "util/error.hpp"

namespace soulprint {

// The attempt that ended.
struct Attempt {
  int number = 1;       // 1 = the first
  int max = 3;          // soulprint.max_pass_attempts
  int pauses = 0;       // the pauses that the pass has met, this one included
  bool paused = false;  // requests are paused now, so the launcher knows when to go on
  std::chrono::milliseconds probe_interval{};  // soulprint.pause_probe_interval
  std::string blocker;     // who holds the lock that was waited for in vain, "" = nobody
  bool disk_full = false;  // the disk has no room now
};

struct Ending {
  enum class Action {
    kDiscard,    // writes nothing: the pass is no longer this worker's
    kPutOff,     // queued, not due before `wait` has passed; the profile keeps its status
    kRequeue,    // the same, and the profile is pending again
    kFail,       // failed, with `reason`
    kFailAlone,  // the same, but the profile does not take it
  };
  enum class Level { kNone, kLog, kWarning };

  Action action = Action::kFail;
  bool charged = true;  // the attempt counts
  std::chrono::milliseconds wait{};
  std::string reason = {};  // as sentences, for full_passes.error
  std::string shown = {};   // kRequeue: for full_pass_error
  bool canceled = false;    // by an administrator
  // What others are told of a failure: as sentences, without words of a user, a model, a server or
  // SQL; "" = nothing.
  std::string alert = {};
  // The log line follows the name of the pass: "full pass 42 of user 9f2c… " + log.
  Level level = Level::kLog;
  std::string sqlstate = {};  // "" = that of the level
  std::string log = {};
  std::string detail = {};
  std::string hint = {};
};

// The message with its detail, but the row of a violated constraint, and its hint.
std::string Sentences(const Error& error);

// How the pass ends after this error.
Ending EndingOf(const Error& error, const Attempt& attempt);

// How it ends if `wanted` could not be recorded in the profile because of `refusal`.
// `put_off_for`: why the pass was put off before, "" = it was not.
Ending EndingOfUnrecorded(const Ending& wanted, const Error& refusal, const Attempt& attempt,
                          const std::string& put_off_for);

}  // namespace soulprint
