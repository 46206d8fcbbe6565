// The exception of this project, with the parts of a Postgres error.
//
//   throw Error(sqlstate::kInvalidParameterValue, Format("target_tokens must not be {}", tokens))
//       .Hint("Pass a number from 1 to 1000000.");
//
// pg::Enter raises them as an ERROR.  The primary line is lower case without a full stop; detail
// and hint are sentences, "" = none.

#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace soulprint {

// SQLSTATEs by the names of Postgres's errcodes list.
namespace sqlstate {
inline constexpr std::string_view kNoData = "02000";
inline constexpr std::string_view kConnectionException = "08000";
inline constexpr std::string_view kConnectionFailure = "08006";
inline constexpr std::string_view kFeatureNotSupported = "0A000";
inline constexpr std::string_view kNullValueNotAllowed = "22004";
inline constexpr std::string_view kNumericValueOutOfRange = "22003";
inline constexpr std::string_view kDatetimeFieldOverflow = "22008";
inline constexpr std::string_view kInvalidParameterValue = "22023";
inline constexpr std::string_view kInvalidTextRepresentation = "22P02";
inline constexpr std::string_view kActiveSqlTransaction = "25001";
inline constexpr std::string_view kTriggeredDataChange = "27000";
inline constexpr std::string_view kExternalRoutineException = "38000";
inline constexpr std::string_view kUndefinedSchema = "3F000";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
inline constexpr std::string_view kUndefinedColumn = "42703";
inline constexpr std::string_view kDatatypeMismatch = "42804";
inline constexpr std::string_view kWrongObjectType = "42809";
inline constexpr std::string_view kUndefinedTable = "42P01";
inline constexpr std::string_view kDiskFull = "53100";
inline constexpr std::string_view kOutOfMemory = "53200";
inline constexpr std::string_view kConfigurationLimitExceeded = "53400";
inline constexpr std::string_view kProgramLimitExceeded = "54000";
inline constexpr std::string_view kObjectNotInPrerequisiteState = "55000";
inline constexpr std::string_view kCantChangeRuntimeParam = "55P02";
inline constexpr std::string_view kLockNotAvailable = "55P03";
inline constexpr std::string_view kQueryCanceled = "57014";
inline constexpr std::string_view kAdminShutdown = "57P01";
inline constexpr std::string_view kCannotConnectNow = "57P03";
inline constexpr std::string_view kIoError = "58030";
inline constexpr std::string_view kUndefinedFile = "58P01";
inline constexpr std::string_view kNoDataFound = "P0002";
inline constexpr std::string_view kInternalError = "XX000";
}  // namespace sqlstate

class Error : public std::runtime_error {
 public:
  Error(std::string_view sqlstate, const std::string& message)
      : std::runtime_error(message), sqlstate_(sqlstate) {}

  // The same with a detail, with a hint.
  Error Detail(std::string detail) && {
    detail_ = std::move(detail);
    return std::move(*this);
  }
  Error Hint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
  }

  const std::string& sqlstate() const { return sqlstate_; }
  const std::string& detail() const { return detail_; }
  const std::string& hint() const { return hint_; }

 protected:
  Error(std::string_view sqlstate, const std::string& message, std::string detail, std::string hint)
      : std::runtime_error(message),
        sqlstate_(sqlstate),
        detail_(std::move(detail)),
        hint_(std::move(hint)) {}

 private:
  std::string sqlstate_;
  std::string detail_;
  std::string hint_;
};

// An ERROR that Postgres raised, in a statement or in code of the application that it ran.  It may
// carry any SQLSTATE.  The types below, on the other hand, are raised by nobody but this project,
// so a trigger cannot forge them.  Only pg::Call throws it.
class SqlError : public Error {
 public:
  SqlError(std::string_view sqlstate, const std::string& message, std::string detail,
           std::string hint)
      : Error(sqlstate, message, std::move(detail), std::move(hint)) {}

 private:
  using Error::Detail;  // these would throw a plain Error
  using Error::Hint;
};

// An administrator canceled this worker or launcher.  57014.  Thrown by pg::Call, and again for a
// pass whose cancel could not be recorded at once.
class Canceled : public Error {
 public:
  explicit Canceled(const std::string& message) : Error(sqlstate::kQueryCanceled, message) {}

 private:
  using Error::Detail;
  using Error::Hint;
};

// The pass is no longer this worker's: it was canceled, or its user was deleted.  Nothing may be
// written for it.  02000.
class PassLost : public Error {
 public:
  explicit PassLost(const std::string& message) : Error(sqlstate::kNoData, message) {}

 private:
  using Error::Detail;
  using Error::Hint;
};

// The pass must stop and return to the queue uncharged: settings changed, or requests are paused.
// 57P01.
class PassStopped : public Error {
 public:
  explicit PassStopped(const std::string& message, std::string hint = {})
      : Error(sqlstate::kAdminShutdown, message, {}, std::move(hint)) {}

 private:
  using Error::Detail;
  using Error::Hint;
};

// The worker is needed for passes that wait longer: this one goes to the end of the queue.  57P01.
class TurnOver : public PassStopped {
 public:
  TurnOver() : PassStopped("other passes wait for a worker") {}
};

// The answers of a Message Batch must be waited for: the pass returns to the queue, uncharged.  The
// message says for which one.  57P01.
class BatchPending : public PassStopped {
 public:
  explicit BatchPending(const std::string& message) : PassStopped(message) {}
};

// A server cannot be used until somebody changes something, or until time has passed.  57P03.
class ServerUnavailable : public Error {
 public:
  // `at_least`: how long the server asked not to be contacted, 0 = it did not say.
  ServerUnavailable(const std::string& message, std::string hint,
                    std::chrono::seconds at_least = std::chrono::seconds(0))
      : Error(sqlstate::kCannotConnectNow, message, {}, std::move(hint)), at_least_(at_least) {}

  std::chrono::seconds at_least() const { return at_least_; }

 private:
  using Error::Detail;
  using Error::Hint;

  std::chrono::seconds at_least_;
};

// The next request could cost more than the pass may: it ends, or reads no more.  53400.
class CostLimit : public Error {
 public:
  CostLimit(const std::string& message, std::string detail, std::string hint)
      : Error(sqlstate::kConfigurationLimitExceeded, message, std::move(detail), std::move(hint)) {}

 private:
  using Error::Detail;
  using Error::Hint;
};

// The next request could cost more than all passes of the day may: the pass waits, uncharged.
// 53400.
class DayLimit : public Error {
 public:
  DayLimit(const std::string& message, std::chrono::seconds wait)
      : Error(sqlstate::kConfigurationLimitExceeded, message), wait_(wait) {}

  std::chrono::seconds wait() const { return wait_; }

 private:
  using Error::Detail;
  using Error::Hint;

  std::chrono::seconds wait_;
};

// Answers cannot be saved because the disk is full.  57P03.
class DiskFull : public ServerUnavailable {
 public:
  explicit DiskFull(const std::string& message) : ServerUnavailable(message, kHint) {}

  static constexpr const char* kHint =
      "Free some space on the disk of the data directory; passes are retried automatically.";
};

}  // namespace soulprint
