/*
 * hostile <mode> [--zombies N] [--threads N] [--seconds S]; hostile --list
 *
 * A parent that never waits for its children and that is stopped, traced, confined, never at rest, or else hard to
 * handle. It ticks for some seconds, says at the end whether it is well, and exits with 0 if it is.
 */
#include "hostile.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct settings settings;

static bool stop_self(int64_t duration) {
  /* Otherwise it would stay when whoever should continue it is gone. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  raise(SIGSTOP);
  return tick_for(duration) == 0;
}

/* What a debugger does with the stops of the process that it looks after. */
static void trace(pid_t pid, int ready) {
  int status;
  must(ptrace(PTRACE_SEIZE, pid, NULL, NULL), "PTRACE_SEIZE");
  must(write(ready, "", 1), "write");
  while (waitpid(pid, &status, __WALL) == pid) {
    bool group_stop = status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP;
    if (!WIFSTOPPED(status)) break;
    if (group_stop) ptrace(PTRACE_LISTEN, pid, NULL, NULL);
    else ptrace(PTRACE_CONT, pid, NULL, status >> 16 == 0 ? (long)WSTOPSIG(status) : 0L);
  }
  _exit(0);
}

static void get_traced(void) {
  int ready[2];
  char byte;
  pid_t self = getpid();
  /* Yama (ptrace_scope 1) would let only ancestors trace. */
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  must(pipe(ready), "pipe");
  if (fork_stranger()) trace(self, ready[1]);
  close(ready[1]);
  if (read(ready[0], &byte, 1) != 1) unavailable("PTRACE_SEIZE");
}

static void become_nobody(void) {
  if (geteuid() != 0) unavailable("setuid");
  must(setgroups(0, NULL), "setgroups");
  must(setgid(65534), "setgid");
  must(setuid(65534), "setuid");
  /* The change of user took this away; it is the user alone that should make the difference. */
  must(prctl(PR_SET_DUMPABLE, 1), "PR_SET_DUMPABLE");
}

static void become_nondumpable(void) { must(prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE"); }

static void ignore_sigtrap(void) { signal(SIGTRAP, SIG_IGN); }

static void block_all(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
}

static volatile int traps;

static void count_trap(int number) {
  (void)number;
  traps++;
}

static void catch_sigtrap(void) { signal(SIGTRAP, count_trap); }

static bool count_traps(int64_t duration) {
  int late = tick_for(duration);
  say("{\"traps\":%d}", traps);
  return late == 0 && traps == 0;
}

/* No signal is pending and all are blocked still. */
static bool stay_blocked(int64_t duration) {
  sigset_t pending, mask;
  int late = tick_for(duration), odd = 0;
  sigpending(&pending);
  sigprocmask(SIG_SETMASK, NULL, &mask);
  for (int number = 1; number < SIGSYS; number++)
    if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD)
      odd += sigismember(&pending, number) || !sigismember(&mask, number);
  return late == 0 && odd == 0;
}

const struct mode plain_modes[] = {
    {.name = "plain"},
    {.name = "stopped", .live = stop_self},
    {.name = "traced", .prepare = get_traced},
    {.name = "other-uid", .become = become_nobody},
    {.name = "nondumpable", .become = become_nondumpable},
    {.name = "sigtrap-ignored", .become = ignore_sigtrap},
    {.name = "sigtrap-blocked", .prepare = block_all, .live = stay_blocked},
    {.name = "sigtrap-caught", .become = catch_sigtrap, .live = count_traps},
    {0},
};

static const struct mode *const lists[] = {plain_modes, seccomp_modes, waiting_modes, restless_modes};

int main(int count, char **values) {
  const struct mode *mode = NULL;
  for (size_t i = 0; count > 1 && i < sizeof lists / sizeof *lists; i++)
    for (const struct mode *each = lists[i]; each->name != NULL; each++) {
      if (strcmp(values[1], "--list") == 0) puts(each->name);
      if (strcmp(values[1], each->name) == 0) mode = each;
    }
  if (mode == NULL) return count > 1 && strcmp(values[1], "--list") == 0 ? 0 : 2;
  settings = (struct settings){
      .arguments = values,
      .zombies = option(count, values, "--zombies", 2),
      .duration = option(count, values, "--seconds", 5) * SECOND,
  };
  bool first = option(count, values, "--round", 0) == 0;
  if (mode->become != NULL) mode->become();
  if (first) make_zombies(settings.zombies);
  start_threads(option(count, values, "--threads", 0));
  if (mode->prepare != NULL) mode->prepare();
  if (first) prepare_ready(mode->name);
  if (mode->confine != NULL) mode->confine();
  if (first) say_prepared();
  int64_t duration = settings.duration;
  bool ok = mode->live != NULL ? mode->live(duration) : tick_for(duration) == 0;
  ok &= stop_threads();
  say("{\"end\":true,\"ok\":%s}", ok ? "true" : "false");
  return ok ? 0 : 1;
}
