// The lease of a pass: what makes a pass this process's, and how the process notices that it no
// longer is (doc/architecture.md, "The lease").

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/progress.hpp"

namespace soulprint {

// In the SET of an update of soulprint.full_passes after which no worker has the pass: adds the
// time since the stage began to the seconds of the stages.
inline constexpr const char* kEndStage =
    "stage_seconds = soulprint.timed_stages(stage_seconds, stage, stage_started_at), "
    "stage_started_at = NULL";

class PassLease {
 public:
  // `check` is called in each heartbeat; what it throws stops the pass.
  PassLease(std::int64_t id, std::string user_id, std::function<void()> check);
  // Releases the lock: the end of the pass must be committed by then.
  ~PassLease();
  PassLease(const PassLease&) = delete;
  PassLease& operator=(const PassLease&) = delete;

  // Takes the pass's session advisory lock.  False if another process holds it.
  bool TryLock();

  std::int64_t id() const { return id_; }
  const std::string& user_id() const { return user_id_; }

  // "full pass 42 of user 9f2c0000-…", for messages.
  std::string Name() const;

  // The first statement of every write, in the open transaction: records the progress in the pass's
  // row.  Throws PassLost if the pass was canceled or its user was deleted.
  void Touch();

  // The same without a look at the application's tables, where somebody may hold a lock.
  void TouchPass();

  // Takes over the progress and beats.
  void Report(const Progress& progress);

  // What was reported last.
  Stage stage() const { return progress_.stage; }

  // Throws if the pass must stop.
  void Check() { check_(); }

  // Beats; call it at least every 100 ms while another server is waited for.  Exits if the
  // postmaster has died.
  void WaitForServer();

  // The storage_path that this pass goes by, "" = the profile had none; nullopt before it has
  // looked.
  const std::optional<std::string>& storage_path() const { return storage_path_; }
  void SetStoragePath(std::string path) { storage_path_ = std::move(path); }

  // Counts an answer that was remembered.
  void CountRememberedCall() { ++calls_remembered_; }

 private:
  void Beat();
  void ShowPercent();
  std::string Activity() const;

  std::int64_t id_;
  std::string user_id_;
  std::function<void()> check_;
  bool locked_ = false;
  std::optional<std::string> storage_path_;
  Progress progress_;
  int calls_remembered_ = 0;
  std::chrono::steady_clock::time_point next_write_;
  std::chrono::steady_clock::time_point next_percent_;
};

}  // namespace soulprint
