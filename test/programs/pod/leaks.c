/*
 * An app that forgets its children: every 100 ms it starts one that ends at once, and it waits for none. It tells how
 * its sleeps went, so that one who meddles with them is found out. "filtered" has it install a seccomp filter beside
 * the runtime's, which kills it for waiting; "restless" has it work for as long as it sleeps; "once" has it leave one
 * child and then do nothing.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const long tick_ms = 100;

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int leave_child(void) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  return child > 0;
}

/* Cut short, or said to have been. */
static int sleep_is_whole(void) {
  long start = milliseconds();
  struct timespec tick = {.tv_nsec = tick_ms * 1000000};
  return nanosleep(&tick, NULL) == 0 && milliseconds() - start >= tick_ms - 1;
}

static int filter_waits(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_waitid, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void work(void) {
  for (long start = milliseconds(); milliseconds() - start < tick_ms;) {
  }
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "filtered") == 0 && !filter_waits()) return perror("Cannot install a filter"), 1;
  if (strcmp(mode, "once") == 0) {
    leave_child();
    for (;;) pause();
  }
  long start = milliseconds();
  for (int tick = 1, errors = 0;; tick++) {
    errors += !leave_child();
    errors += !sleep_is_whole();
    if (strcmp(mode, "restless") == 0) work();
    printf("tick %d after %ld ms, %d errors\n", tick, milliseconds() - start, errors);
    fflush(stdout);
  }
}
