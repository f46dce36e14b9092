/* Parents that have confined themselves, so that a wait(2) in their name ends them, or fails. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hostile.h"

/* This action on waitid(2) and wait4(2); all else is allowed. */
static void filter_waits(uint32_t action) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_waitid, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_wait4, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, action),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    unavailable("PR_SET_SECCOMP");
}

static void confine_kill(void) { filter_waits(SECCOMP_RET_KILL_PROCESS); }
static void confine_trap(void) { filter_waits(SECCOMP_RET_TRAP); }
static void confine_errno(void) { filter_waits(SECCOMP_RET_ERRNO | EPERM); }
/* As the profile of a container runtime does, which has nothing against waiting. */
static void confine_allow(void) { filter_waits(SECCOMP_RET_ALLOW); }

static int pulse[2];

/*
 * Strict mode leaves read(2), write(2), sigreturn(2) and exit(2): another process has to give it the time. Not even a
 * clock may be read, as that is a system call where the vDSO cannot do it.
 */
static void start_pulse(void) {
  must(pipe(pulse), "pipe");
  if (fork_stranger()) {
    close(pulse[0]);
    int64_t start = now();
    for (int64_t tick = 1; tick * TICK <= settings.duration; tick++) {
      sleep_until(start + tick * TICK);
      if (write(pulse[1], "", 1) != 1) break;
    }
    _exit(0);
  }
  close(pulse[1]);
}

static void confine_strictly(void) {
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) unavailable("PR_SET_SECCOMP");
}

static bool live_strictly(int64_t duration) {
  char byte;
  (void)duration;
  for (int tick = 1; read(pulse[0], &byte, 1) == 1; tick++) say("{\"tick\":%d}", tick);
  say("{\"end\":true,\"ok\":true}");
  /* exit_group(2), which is what _exit(3) calls, is not allowed. */
  syscall(SYS_exit, 0);
  return false;
}

const struct mode seccomp_modes[] = {
    {.name = "seccomp-kill", .confine = confine_kill},
    {.name = "seccomp-trap", .confine = confine_trap},
    {.name = "seccomp-errno", .confine = confine_errno},
    {.name = "seccomp-allow", .confine = confine_allow},
    {.name = "seccomp-strict", .prepare = start_pulse, .confine = confine_strictly, .live = live_strictly},
    {0},
};
