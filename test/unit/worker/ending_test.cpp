#include "worker/ending.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

using Action = Ending::Action;
using Level = Ending::Level;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

SqlError Raised(std::string_view sqlstate) {
  return SqlError(sqlstate, "this tenant may not", "Key (user_id)=(…).", "Ask them.");
}

Attempt Number(int number) {
  Attempt attempt;
  attempt.number = number;
  attempt.max = 3;
  attempt.probe_interval = minutes(5);
  return attempt;
}

TEST(Ending, NoSqlstateOfSqlIsOneOfOurSignals) {
  for (const char* sqlstate : {"57P01", "57P03", "57014", "02000", "40001", "55P03", "08006",
                               "23514", "P0001", "53200", "XX000"}) {
    for (int number = 1; number <= 3; ++number) {
      const Ending ending = EndingOf(Raised(sqlstate), Number(number));
      EXPECT_TRUE(ending.charged) << sqlstate;
      EXPECT_TRUE(ending.action == Action::kRequeue || ending.action == Action::kFail) << sqlstate;
      EXPECT_EQ(ending.reason.find("this tenant may not"), 0u) << sqlstate;
      EXPECT_EQ(ending.log.find("administrator"), std::string::npos) << sqlstate;
      if (ending.action == Action::kRequeue) {
        EXPECT_GE(ending.wait, seconds(10)) << sqlstate;
      }
    }
    EXPECT_EQ(EndingOf(Raised(sqlstate), Number(3)).action, Action::kFail) << sqlstate;
  }
}

TEST(Ending, TransientErrorsOfSqlAreRetriedEverLater) {
  for (const char* sqlstate : {"57P01", "57P03", "57014", "40001", "55P03", "08006", "53200"}) {
    EXPECT_EQ(EndingOf(Raised(sqlstate), Number(1)).wait, seconds(10)) << sqlstate;
    EXPECT_EQ(EndingOf(Raised(sqlstate), Number(2)).wait, seconds(20)) << sqlstate;
  }
  Attempt late = Number(40);
  late.max = 1000;
  EXPECT_EQ(EndingOf(Raised("40001"), late).wait, seconds(10) * 65536);
}

TEST(Ending, OtherErrorsOfSqlFailAtOnce) {
  for (const char* sqlstate : {"02000", "23514", "P0001", "27000", "42501", "XX000"}) {
    const Ending ending = EndingOf(Raised(sqlstate), Number(1));
    EXPECT_EQ(ending.action, Action::kFail) << sqlstate;
    EXPECT_EQ(ending.level, Level::kWarning) << sqlstate;
  }
}

TEST(Ending, TheRowOfAViolatedConstraintIsInNoLog) {
  const Ending violated = EndingOf(Raised("23514"), Number(1));
  EXPECT_EQ(violated.detail, "This tenant may not.");
  EXPECT_EQ(violated.reason, "this tenant may not. Ask them.");
  EXPECT_EQ(EndingOf(Raised("P0001"), Number(1)).detail, "This tenant may not. Key (user_id)=(…).");
}

TEST(Ending, AFailureIsLoggedWithItsSqlstateReasonAndHint) {
  const Ending ending = EndingOf(Error("38000", "the model refused").Hint("Ask again."), Number(1));
  EXPECT_EQ(ending.level, Level::kWarning);
  EXPECT_EQ(ending.sqlstate, "38000");
  EXPECT_EQ(ending.log, "failed");
  EXPECT_EQ(ending.detail, "The model refused.");
  EXPECT_EQ(ending.hint, "Ask again.");
  // What is named keeps its letters.
  EXPECT_EQ(EndingOf(Error("27000", "soul_md keeps its value"), Number(1)).detail,
            "soul_md keeps its value.");
  EXPECT_EQ(EndingOf(Error("38000", "3 of 24 chunks"), Number(1)).detail, "3 of 24 chunks.");
  EXPECT_EQ(EndingOf(Raised("40001"), Number(1)).sqlstate, "40001");
  EXPECT_EQ(EndingOf(Canceled("canceled"), Number(1)).sqlstate, "57014");
}

TEST(Ending, ALostPassIsNotWritten) {
  EXPECT_EQ(EndingOf(PassLost("user 9f2c was deleted"), Number(3)).action, Action::kDiscard);
}

TEST(Ending, AStoppedPassIsRequeuedForFreeAfterASecond) {
  const Ending ending = EndingOf(PassStopped("soulprint.enabled is off"), Number(3));
  EXPECT_EQ(ending.action, Action::kRequeue);
  EXPECT_FALSE(ending.charged);
  EXPECT_GE(ending.wait, seconds(1));
  EXPECT_EQ(ending.shown.find("soulprint.enabled"), std::string::npos);
}

TEST(Ending, OnlyAnAdministratorCancels) {
  EXPECT_EQ(EndingOf(Canceled("canceling statement due to user request"), Number(1)).reason,
            "canceled by an administrator");
  EXPECT_TRUE(EndingOf(Canceled("canceled"), Number(1)).canceled);
  EXPECT_FALSE(EndingOf(Raised("57014"), Number(3)).canceled);
}

TEST(Ending, AServerThatIsUnavailableIsWaitedForForFree) {
  const ServerUnavailable error("the key was refused", "Correct it.");
  Attempt attempt = Number(3);
  EXPECT_EQ(EndingOf(error, attempt).wait, minutes(5));
  attempt.paused = true;
  attempt.pauses = 1;
  const Ending ending = EndingOf(error, attempt);
  EXPECT_EQ(ending.action, Action::kRequeue);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.wait, seconds(1));
  EXPECT_EQ(ending.reason, "the key was refused. Correct it.");
  EXPECT_EQ(ending.shown.find("key"), std::string::npos);
}

TEST(Ending, APassThatMeetsPausesAgainIsCharged) {
  const ServerUnavailable error("blocked", "");
  Attempt attempt = Number(2);
  attempt.paused = true;
  attempt.pauses = 2;
  EXPECT_TRUE(EndingOf(error, attempt).charged);
  EXPECT_EQ(EndingOf(error, attempt).wait, minutes(10));
  attempt.pauses = 3;
  EXPECT_EQ(EndingOf(error, attempt).wait, minutes(20));
  attempt.number = 3;
  EXPECT_EQ(EndingOf(error, attempt).action, Action::kFail);
}

TEST(Ending, ALockThatIsHeldCostsNoAttempt) {
  Attempt attempt = Number(3);
  attempt.blocker = "process 1234";
  const Ending ending = EndingOf(Raised("55P03"), attempt);
  EXPECT_EQ(ending.action, Action::kPutOff);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.reason, "waits for a lock held by process 1234");
  // Raised by a trigger, it is an error like others.
  EXPECT_EQ(EndingOf(Raised("55P03"), Number(3)).action, Action::kFail);
}

TEST(Ending, TheLimitOfTheDayIsWaitedForForFree) {
  const Ending ending =
      EndingOf(DayLimit("the limit of cost of the day is reached", seconds(7000)), Number(3));
  EXPECT_EQ(ending.action, Action::kRequeue);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.wait, seconds(7000));
  EXPECT_EQ(ending.reason, "the limit of cost of the day is reached");
  EXPECT_EQ(ending.level, Level::kLog);
}

TEST(Ending, ABatchIsWaitedForForFree) {
  const Ending ending = EndingOf(BatchPending("waiting for batch msgbatch_1"), Number(3));
  EXPECT_EQ(ending.action, Action::kRequeue);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.wait, std::chrono::hours(1));
  EXPECT_EQ(ending.reason, "waiting for batch msgbatch_1");
  EXPECT_EQ(ending.shown.find("The model's answers may take a day."), 0U);
}

TEST(Ending, TheLimitOfThePassEndsIt) {
  const Ending ending = EndingOf(CostLimit("no money is left", "", "Allow more."), Number(1));
  EXPECT_EQ(ending.action, Action::kFail);
  EXPECT_EQ(ending.reason, "no money is left. Allow more.");
}

TEST(Ending, AFullDiskIsWaitedForForFree) {
  Attempt attempt = Number(3);
  attempt.disk_full = true;
  const Ending ending = EndingOf(Raised("53100"), attempt);
  EXPECT_EQ(ending.action, Action::kRequeue);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.wait, minutes(5));
  // Raised by a trigger, it is an error like others.
  EXPECT_EQ(EndingOf(Raised("53100"), Number(3)).action, Action::kFail);
}

TEST(Ending, APassWhoseTurnIsOverIsPutOffForFree) {
  const Ending ending = EndingOf(TurnOver(), Number(3));
  EXPECT_EQ(ending.action, Action::kPutOff);
  EXPECT_FALSE(ending.charged);
}

TEST(Ending, AnAlertHasNoWordsOfOthers) {
  const auto alert = [](const Error& error) { return EndingOf(error, Number(3)).alert; };
  EXPECT_EQ(alert(Error("38000", "the model refused to write the sections: Ann, who is ill, …")
                      .Detail("Ann said it.")
                      .Hint("Ask again.")),
            "the model refused to write the sections (SQLSTATE 38000). Ask again.");
  EXPECT_EQ(alert(Error("08000",
                        "the model gave no answer for MEMORY: no answer in 5 attempts, the "
                        "last: HTTP 500 api_error: \"Ann\"")),
            "the model gave no answer for MEMORY, HTTP 500 (SQLSTATE 08000).");
  EXPECT_EQ(alert(Error("08000", "the model is not known (HTTP 404: Ann)")),
            "the model is not known, HTTP 404 (SQLSTATE 08000).");
  EXPECT_EQ(alert(Error("08000", "HTTP or not")), "HTTP or not (SQLSTATE 08000).");
  EXPECT_EQ(alert(Raised("23514")),
            "a statement was refused (SQLSTATE 23514). The server log has the reason.");
  EXPECT_EQ(alert(Error("XX000", "parse error near Ann").Hint("See the log.")),
            "internal error (SQLSTATE XX000). See the log.");
}

TEST(Ending, OnlyAFailureIsWorthAnAlert) {
  EXPECT_EQ(EndingOf(Canceled("canceled"), Number(3)).alert, "");
  EXPECT_EQ(EndingOf(PassLost("gone"), Number(3)).alert, "");
  EXPECT_EQ(EndingOf(PassStopped("off"), Number(3)).alert, "");
  EXPECT_EQ(EndingOf(TurnOver(), Number(3)).alert, "");
  EXPECT_EQ(EndingOf(ServerUnavailable("busy", ""), Number(3)).alert, "");
  EXPECT_EQ(EndingOf(Raised("40001"), Number(2)).alert, "");
  EXPECT_NE(EndingOf(Raised("40001"), Number(3)).alert, "");
}

// The end of the first attempt, which the profile does not take.
Ending Unrecorded(const Error& error, const Error& refusal, Attempt attempt = Number(1),
                  const std::string& put_off_for = "") {
  const Ending wanted = EndingOf(error, attempt);
  return EndingOfUnrecorded(wanted, refusal, attempt, put_off_for);
}

TEST(Ending, AProfileThatDoesNotTakeTheEndEndsThePassAlone) {
  for (const char* refusal : {"23514", "27000", "P0001", "42804"}) {
    const Ending ending = Unrecorded(Raised("P0001"), Raised(refusal));
    EXPECT_EQ(ending.action, Action::kFailAlone);
    EXPECT_EQ(ending.level, Level::kWarning);
    EXPECT_EQ(ending.reason,
              "this tenant may not. Key (user_id)=(…). Ask them. The profile does not take this: "
              "this tenant may not.");
    EXPECT_EQ(ending.log, "failed");
    EXPECT_EQ(ending.sqlstate, "P0001");
    EXPECT_TRUE(ending.alert.ends_with("The profile does not take this."));
    EXPECT_EQ(ending.detail,
              "This tenant may not. Key (user_id)=(…). The profile does not take this: this tenant "
              "may not.");
  }
  const Ending canceled = Unrecorded(Canceled("canceled"), Raised("P0001"));
  EXPECT_TRUE(canceled.canceled);
  EXPECT_EQ(canceled.alert, "");
  EXPECT_EQ(canceled.log, "was canceled by an administrator");
  EXPECT_EQ(Unrecorded(Raised("P0001"), PassLost("gone")).action, Action::kDiscard);
}

TEST(Ending, AProfileThatMayTakeItLaterIsTriedAgain) {
  const Ending ending = Unrecorded(Raised("P0001"), Raised("57014"));
  EXPECT_EQ(ending.action, Action::kPutOff);
  EXPECT_TRUE(ending.charged);
  EXPECT_EQ(ending.wait, minutes(5));
  EXPECT_EQ(ending.level, Level::kWarning);
  EXPECT_EQ(Unrecorded(Raised("P0001"), Raised("57014"), Number(3)).action, Action::kFailAlone);
  Attempt full = Number(3);
  full.disk_full = true;
  EXPECT_EQ(Unrecorded(Raised("P0001"), Raised("53100"), full).action, Action::kPutOff);
  EXPECT_FALSE(Unrecorded(Raised("P0001"), Raised("53100"), full).charged);
}

TEST(Ending, AProfileThatDoesNotBecomePendingWaitsAsProcessing) {
  const Ending ending = Unrecorded(PassStopped("soulprint.enabled is off"), Raised("27000"));
  EXPECT_EQ(ending.action, Action::kPutOff);
  EXPECT_FALSE(ending.charged);
  EXPECT_EQ(ending.wait, seconds(1));
  EXPECT_EQ(ending.reason, "soulprint.enabled is off");
}

TEST(Ending, ALockedProfileIsTriedAgainSoon) {
  const Ending unlocked = Unrecorded(Raised("P0001"), Raised("55P03"));
  EXPECT_EQ(unlocked.action, Action::kPutOff);
  EXPECT_EQ(unlocked.wait, seconds(10));
  EXPECT_EQ(unlocked.level, Level::kNone);
  const Ending again = Unrecorded(Raised("P0001"), Raised("55P03"), Number(1), unlocked.reason);
  EXPECT_EQ(again.wait, minutes(5));
  EXPECT_EQ(again.level, Level::kWarning);
  Attempt blocked = Number(1);
  blocked.blocker = "process 1";
  EXPECT_EQ(Unrecorded(Raised("P0001"), Raised("55P03"), blocked).reason,
            "waits for a lock held by process 1");
}

}  // namespace
}  // namespace soulprint
