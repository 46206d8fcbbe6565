// Makes a server under valgrind three times as fast; test/checked_server.sh preloads it.
//
// Valgrind translates code when it first runs, and a process inherits what its parent has
// translated.  The postmaster runs next to nothing of what its children run: each of them
// translated nearly all of it for itself, half a second for a session.  Here the process that is to
// become the postmaster is a single-user server first: it runs the statements of
// test/warm_server.sql on a cluster kept for that.  Then all variables of PostgreSQL and its
// modules get back their first values, and main() begins as if nothing had been.  The libraries
// below them keep what they have set up.

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Main = int(int, char**, char**);

// A stretch of memory, and what it held.
using Variables = std::vector<std::pair<char*, std::string>>;

std::jmp_buf before_main;
pid_t warming = 0;

std::string Setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// What the program and its modules may write to.  The loader has made the start of it read-only.
int AddVariables(dl_phdr_info* object, size_t, void* variables) {
  const std::string_view name = object->dlpi_name;
  if (!name.empty() && !name.starts_with(Setting("WARM_MODULES"))) return 0;
  ElfW(Addr) read_only = 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    const ElfW(Addr) page = getpagesize();
    if (part.p_type == PT_GNU_RELRO) read_only = (part.p_vaddr + part.p_memsz) / page * page;
  }
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || !(part.p_flags & PF_W)) continue;
    const ElfW(Addr) from = std::max(part.p_vaddr, read_only);
    char* const at = reinterpret_cast<char*>(object->dlpi_addr + from);
    static_cast<Variables*>(variables)->emplace_back(
        at, std::string(at, part.p_vaddr + part.p_memsz - from));
  }
  return 0;
}

void BeSingleUserServer(Main* main, const char* program, char** environment) {
  const std::string folder = Setting("WARM_SERVER");
  // One server at a time has the cluster.
  const int lock = open((folder + "/lock").c_str(), O_RDWR | O_CREAT, 0600);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) std::abort();
  for (const char* module : {"/plpgsql.so", "/soulprint.so"}) {
    if (!dlopen((Setting("WARM_MODULES") + module).c_str(), RTLD_NOW | RTLD_GLOBAL))
      std::puts(dlerror());
  }

  std::array<struct sigaction, NSIG> actions;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, nullptr, &actions[signal]);
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  char* const working_folder = get_current_dir_name();
  const std::array<int, 3> streams = {dup(0), dup(1), dup(2)};
  const std::array<int, 3> own_streams = {
      open((folder + "/warm_server.sql").c_str(), O_RDONLY), open("/dev/null", O_WRONLY),
      open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)};
  for (int i = 0; i < 3; ++i) dup2(own_streams[i], i);
  Variables variables;
  dl_iterate_phdr(AddVariables, &variables);

  std::array<std::string, 6> arguments = {program, "--single",       "-j",
                                          "-D",    folder + "/data", "postgres"};
  std::array<char*, 7> argv = {};
  for (size_t i = 0; i < arguments.size(); ++i) argv[i] = arguments[i].data();
  warming = getpid();
  if (!setjmp(before_main)) main(arguments.size(), argv.data(), environment);
  warming = 0;

  for (const auto& [at, values] : variables) std::memcpy(at, values.data(), values.size());
  const itimerval no_timer = {};
  setitimer(ITIMER_REAL, &no_timer, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &actions[signal], nullptr);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  for (int i = 0; i < 3; ++i) dup2(streams[i], i);
  for (int opened = lock; opened < 1024; ++opened) close(opened);
  if (chdir(working_folder) != 0) std::abort();
}

}  // namespace

// A single-user server ends by exit().
extern "C" void exit(int status) {
  if (warming == getpid()) std::longjmp(before_main, 1);
  reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "exit"))(status);
  std::abort();
}

extern "C" int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                                 void (*loader_fini)(), void* stack_end) {
  if (argc > 1 && std::string_view(argv[1]) == "-D")
    BeSingleUserServer(main, argv[0], argv + argc + 1);
  const auto start =
      reinterpret_cast<decltype(&__libc_start_main)>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return start(main, argc, argv, init, fini, loader_fini, stack_end);
}
