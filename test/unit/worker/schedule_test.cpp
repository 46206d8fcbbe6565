#include "worker/schedule.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A schedule with a clock of the test's.
struct Scene {
  Schedule schedule;
  Schedule::Limits limits{3, seconds(30)};
  Schedule::Time now = Schedule::Time() + std::chrono::hours(1);
  Schedule::Seen seen = Installed();

  static Schedule::Seen Installed() {
    Schedule::Seen seen;
    seen.installed = true;
    return seen;
  }

  Schedule::Plan Next() { return schedule.Next(seen, limits, now); }

  // As a launcher that starts all workers of the plan, or only so many.
  milliseconds Act(std::int64_t most = 100) {
    const Schedule::Plan plan = Next();
    const std::int64_t started = std::min(plan.workers, most);
    const milliseconds sleep = schedule.Started(started, now);
    seen.workers += started;
    return sleep;
  }

  // The first poll is over and its worker has exited.
  void Polled() {
    Act();
    seen.workers = 0;
  }
};

TEST(Schedule, BeginsWithAPoll) {
  Scene scene;
  const Schedule::Plan plan = scene.Next();
  EXPECT_EQ(plan.workers, 1);
  EXPECT_TRUE(plan.look_up);
  EXPECT_EQ(scene.schedule.Started(1, scene.now), seconds(30));
}

TEST(Schedule, PollsAtEachInterval) {
  Scene scene;
  scene.Polled();
  scene.now += seconds(29);
  EXPECT_EQ(scene.Act(), seconds(1));
  EXPECT_EQ(scene.seen.workers, 0);
  scene.now += seconds(1);
  EXPECT_TRUE(scene.Next().look_up);
  scene.limits.poll_interval = minutes(10);
  EXPECT_FALSE(scene.Next().look_up);
}

TEST(Schedule, StartsAWorkerForEachWaitingPassUpToTheLimit) {
  Scene scene;
  scene.Polled();
  scene.seen.waiting = 2;
  EXPECT_EQ(scene.Next().workers, 2);
  scene.seen.waiting = 10;
  EXPECT_EQ(scene.Next().workers, 3);
  scene.seen.workers = 2;
  scene.seen.running = 2;
  EXPECT_EQ(scene.Next().workers, 1);
  scene.seen.workers = 3;
  EXPECT_EQ(scene.Next().workers, 0);
  // The limit was lowered.
  scene.limits.max_workers = 1;
  EXPECT_EQ(scene.Next().workers, 0);
}

TEST(Schedule, CountsWorkersThatAreStarting) {
  Scene scene;
  scene.Polled();
  scene.seen.waiting = 2;
  scene.seen.workers = 1;
  EXPECT_EQ(scene.Next().workers, 1);
}

TEST(Schedule, SleepsUntilAPassIsDue) {
  Scene scene;
  scene.Polled();
  scene.seen.next_due = seconds(7);
  EXPECT_EQ(scene.Act(), seconds(7));
  scene.seen.next_due = milliseconds(1);
  EXPECT_EQ(scene.Act(), milliseconds(10));
}

TEST(Schedule, LooksAgainForAFreeSlot) {
  Scene scene;
  EXPECT_EQ(scene.Act(0), seconds(5));
  EXPECT_TRUE(scene.schedule.waits_for_slot());
  EXPECT_TRUE(scene.Next().look_up) << "the poll is still due";
  scene.Act();
  EXPECT_FALSE(scene.schedule.waits_for_slot());
}

TEST(Schedule, BacksOffWhenWorkersExitWithoutEndingAPass) {
  Scene scene;
  scene.Polled();
  scene.limits.poll_interval = minutes(60);
  scene.seen.waiting = 1;
  scene.Act();
  for (int i = 0; i <= 7; ++i) {
    scene.seen.workers = 0;
    scene.seen.ended_idle = true;
    const seconds pause = std::min(seconds(1 << i), seconds(60));
    EXPECT_EQ(scene.Act(), pause);
    scene.seen.ended_idle = false;
    scene.now += pause - milliseconds(1);
    EXPECT_EQ(scene.Next().workers, 0);
    scene.now += milliseconds(1);
    EXPECT_EQ(scene.Next().workers, 1);
  }
  scene.seen.waiting = 0;
  scene.Act();
  scene.seen.waiting = 1;
  EXPECT_EQ(scene.Next().workers, 1);
}

TEST(Schedule, AWorkerThatEndsAfterOthersEndedPassesDelaysNobody) {
  Scene scene;
  scene.Polled();
  scene.seen.waiting = 1;
  scene.Act();
  scene.seen.workers = 0;
  scene.seen.ended_idle = true;
  scene.seen.passes_ended = true;
  EXPECT_EQ(scene.Next().workers, 1);
}

TEST(Schedule, APassThatMayCrashTheServerRunsAlone) {
  Scene scene;
  scene.Polled();
  scene.seen.waiting = 5;
  scene.seen.alone = true;
  EXPECT_EQ(scene.Next().workers, 1);
  scene.seen.workers = 1;
  EXPECT_EQ(scene.Next().workers, 0);
  // Another launcher's worker.
  scene.seen.workers = 0;
  scene.seen.running = 1;
  EXPECT_EQ(scene.Next().workers, 0);
  scene.now += seconds(30);
  EXPECT_EQ(scene.Next().workers, 0) << "the poll waits, too";
  scene.seen.alone = false;
  EXPECT_EQ(scene.Next().workers, 2);
}

TEST(Schedule, StartsNothingWithoutTheExtension) {
  Scene scene;
  scene.seen = {};
  EXPECT_EQ(scene.Next().workers, 0);
  EXPECT_EQ(scene.schedule.Started(0, scene.now), seconds(5));
}

TEST(Schedule, ProbesDuringAPauseIfAPassWaits) {
  Scene scene;
  scene.Polled();
  scene.seen.closed = true;
  scene.seen.next_probe = scene.now + seconds(20);
  scene.seen.waiting = 1;
  EXPECT_FALSE(scene.Next().probe);
  EXPECT_EQ(scene.schedule.Started(0, scene.now), seconds(20));
  scene.now += seconds(20);
  EXPECT_TRUE(scene.Next().probe);
  EXPECT_EQ(scene.Next().workers, 0);
  scene.seen.workers = 1;
  EXPECT_FALSE(scene.Next().probe) << "one probe at a time";
  scene.seen.workers = 0;
  scene.seen.waiting = 0;
  EXPECT_FALSE(scene.Next().probe) << "nobody needs an answer";
}

TEST(Schedule, StartsNothingWhileOtherDatabasesComeFirst) {
  Scene scene;
  scene.Polled();
  scene.seen.waiting = 2;
  scene.seen.others_first = true;
  EXPECT_EQ(scene.Act(), seconds(5));
  EXPECT_EQ(scene.seen.workers, 0);
  scene.seen.alone = true;
  EXPECT_EQ(scene.Next().workers, 0);
  scene.seen.others_first = false;
  EXPECT_EQ(scene.Next().workers, 1);
}

TEST(Schedule, AnAlertHasAWorkerOfItsOwn) {
  Scene scene;
  scene.Polled();
  scene.seen.workers = 3;
  scene.seen.running = 3;
  EXPECT_FALSE(scene.Next().alert);
  scene.seen.alerts = true;
  EXPECT_TRUE(scene.Next().alert);
  EXPECT_EQ(scene.Next().workers, 0);
  scene.now += seconds(5);
  scene.seen.closed = true;  // a pause does not keep it back
  EXPECT_TRUE(scene.Next().alert);
  scene.now += seconds(5);
  scene.seen.alerting = true;
  EXPECT_FALSE(scene.Next().alert);
  scene.seen = {};
  scene.seen.alerts = true;  // the extension was dropped
  EXPECT_FALSE(scene.Next().alert);
}

TEST(Schedule, AWorkerThatSendsNoAlertIsNotFollowedAtOnce) {
  Scene scene;
  scene.Polled();
  scene.seen.alerts = true;
  EXPECT_TRUE(scene.Next().alert);
  EXPECT_FALSE(scene.Next().alert);
  EXPECT_EQ(scene.schedule.Started(0, scene.now), seconds(5));
  scene.now += seconds(5);
  EXPECT_TRUE(scene.Next().alert);
}

TEST(Schedule, AfterAFailureTheNextAlertWaits) {
  Scene scene;
  scene.Polled();
  scene.limits.poll_interval = minutes(10);
  scene.seen.alerts = true;
  scene.seen.next_alert = scene.now + minutes(1);
  EXPECT_FALSE(scene.Next().alert);
  EXPECT_EQ(scene.schedule.Started(0, scene.now), minutes(1));
  scene.now += minutes(1);
  EXPECT_TRUE(scene.Next().alert);
}

TEST(Schedule, LooksAtBatchesAtEachInterval) {
  Scene scene;
  scene.Polled();
  EXPECT_FALSE(scene.Next().batches);
  scene.seen.batches = true;
  scene.now += seconds(1);
  EXPECT_TRUE(scene.Next().batches);
  EXPECT_FALSE(scene.Next().batches);
  scene.now += seconds(29);
  EXPECT_EQ(scene.Act(), seconds(1));
  scene.now += seconds(1);
  scene.seen.looking = true;
  EXPECT_FALSE(scene.Next().batches);
  scene.seen.looking = false;
  scene.seen.closed = true;
  EXPECT_FALSE(scene.Next().batches);
  scene.seen.closed = false;
  EXPECT_TRUE(scene.Next().batches);
}

}  // namespace
}  // namespace soulprint
