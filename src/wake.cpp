#include "wake.hpp"

#include "pg/postgres.hpp"

namespace soulprint::wake {

namespace {

struct Shared {
  slock_t mutex;
  Latch* launcher;  // a latch of a PGPROC: it exists as long as the server does
  bool connecting;  // a launcher started and has not connected yet
  pg_atomic_uint32 passes_ended;
  UserId look_up_position;
};

Shared* shared = nullptr;
bool wake_at_commit = false;
shmem_request_hook_type previous_request_hook = nullptr;
shmem_startup_hook_type previous_startup_hook = nullptr;

void RequestHook() {
  if (previous_request_hook != nullptr) previous_request_hook();
  RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
}

void StartupHook() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  shared = static_cast<Shared*>(ShmemInitStruct("soulprint", sizeof(Shared), &found));
  if (!found) {
    SpinLockInit(&shared->mutex);
    shared->launcher = nullptr;
    shared->connecting = false;
    pg_atomic_init_u32(&shared->passes_ended, 0);
    shared->look_up_position = {};
  }
  LWLockRelease(AddinShmemInitLock);
}

Latch* LauncherLatch() {
  SpinLockAcquire(&shared->mutex);
  Latch* const latch = shared->launcher;
  SpinLockRelease(&shared->mutex);
  return latch;
}

void AtTransactionEnd(XactEvent event, void*) {
  if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
    return;
  if (wake_at_commit && event == XACT_EVENT_COMMIT) {
    Latch* const latch = LauncherLatch();
    if (latch != nullptr) SetLatch(latch);
  }
  wake_at_commit = false;
}

}  // namespace

void RequestSharedMemory() {
  previous_request_hook = shmem_request_hook;
  shmem_request_hook = RequestHook;
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = StartupHook;
}

void AtCommit() {
  static bool registered = false;
  if (shared == nullptr) return;
  if (!registered) {
    RegisterXactCallback(AtTransactionEnd, nullptr);
    registered = true;
  }
  wake_at_commit = true;
}

bool LauncherStarts() {
  SpinLockAcquire(&shared->mutex);
  bool const never_connected = shared->connecting;
  shared->launcher = MyLatch;
  shared->connecting = true;
  SpinLockRelease(&shared->mutex);
  return never_connected;
}

void LauncherConnected() {
  SpinLockAcquire(&shared->mutex);
  shared->connecting = false;
  SpinLockRelease(&shared->mutex);
}

std::uint32_t PassesEnded() {
  return shared == nullptr ? 0 : pg_atomic_read_u32(&shared->passes_ended);
}

void CountPassEnded() {
  if (shared != nullptr) pg_atomic_fetch_add_u32(&shared->passes_ended, 1);
}

UserId LookUpPosition() {
  if (shared == nullptr) return {};
  SpinLockAcquire(&shared->mutex);
  UserId const position = shared->look_up_position;
  SpinLockRelease(&shared->mutex);
  return position;
}

void SetLookUpPosition(const UserId& position) {
  if (shared == nullptr) return;
  SpinLockAcquire(&shared->mutex);
  shared->look_up_position = position;
  SpinLockRelease(&shared->mutex);
}

}  // namespace soulprint::wake
