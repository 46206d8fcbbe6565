// The exceptions of this project: what went wrong, the way Postgres says it.
//
//   throw Error(sqlstate::kInvalidParameterValue, Format("target_tokens must not be {}", tokens))
//       .Hint("Pass a number from 1 to 1000000.");
//
// pg::Enter raises them as an ERROR.  The primary line is lower case without a full stop; detail
// and hint are sentences, "" = none.

#pragma once

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
inline constexpr std::string_view kInvalidParameterValue = "22023";
inline constexpr std::string_view kInvalidTextRepresentation = "22P02";
inline constexpr std::string_view kActiveSqlTransaction = "25001";
inline constexpr std::string_view kTriggeredDataChange = "27000";
inline constexpr std::string_view kExternalRoutineException = "38000";
inline constexpr std::string_view kUndefinedSchema = "3F000";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
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
  // Who raised it.  SQL can raise any SQLSTATE, also one that is a signal among our own.
  enum class Origin { kOwn, kPostgres };

  Error(std::string_view sqlstate, const std::string& message, std::string detail = {},
        std::string hint = {}, Origin origin = Origin::kOwn)
      : std::runtime_error(message),
        sqlstate_(sqlstate),
        detail_(std::move(detail)),
        hint_(std::move(hint)),
        origin_(origin) {}

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

  // True if it was raised with this SQLSTATE, and not by SQL.
  bool IsOwn(std::string_view sqlstate) const {
    return origin_ == Origin::kOwn && sqlstate_ == sqlstate;
  }

 private:
  std::string sqlstate_;
  std::string detail_;
  std::string hint_;
  Origin origin_;
};

}  // namespace soulprint
