/*
 * confining [--seconds S]: a parent that sleeps, and that has a filter kill it for any wait(2) from its first SIGUSR1 on.
 *
 * confining dispatched [--seconds S]: a parent whose system calls go to a handler of its own at times (SYSCALL_USER_DISPATCH), as
 * Wine's do; while it sleeps they do not.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actor.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

static volatile char selector;
static volatile int dispatched;

static void confine(int number) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_waitid, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  (void)number;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(1);
}

static void note(int number) {
  (void)number;
  selector = 0;
  dispatched++;
}

int main(int count, char **values) {
  bool dispatches = count > 1 && strcmp(values[1], "dispatched") == 0;
  make_zombies(3);
  signal(SIGUSR1, confine);
  signal(SIGSYS, note);
  if (dispatches && prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &selector) != 0)
    unavailable("PR_SET_SYSCALL_USER_DISPATCH");
  say_ready("clock_nanosleep");
  int late = tick_for(option(count, values, "--seconds", 2) * SECOND);
  selector = dispatches;
  if (dispatches) syscall(SYS_getppid);
  bool ok = late == 0 && dispatched == dispatches;
  say("{\"end\":true,\"ok\":%s,\"dispatched\":%d}", ok ? "true" : "false", dispatched);
  return ok ? 0 : 1;
}
