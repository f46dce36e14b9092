// What adoption costs without JavaScript: the sequence of ptrace(2) calls of src/kernel/adopt.ts, 16 children a visit. For
// each line "thread child child ... 4" on stdin it has the thread collect these children of its process, and prints the
// number of the collected, the nanoseconds that the thread stood still, those of them with other registers than its
// own, and those of it all.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define most_per_visit 16
// include/linux/errno.h: no program ever sees them.
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516
static const unsigned long flags = WNOHANG | WEXITED | __WALL;

struct cost {
  long collected, stopped, borrowed;
};

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void must(int done, const char *what) {
  if (done) return;
  perror(what);
  exit(1);
}

// The signal of the thread's next stop, that of a system call with 0x80 in it; 0 when it has ended.
static int next_stop(pid_t thread) {
  for (int status;; sched_yield()) {
    pid_t found = waitpid(thread, &status, WNOHANG | __WALL);
    if (found < 0) return 0;
    if (found == thread) return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
  }
}

// Whether it was stopped in a sleep, and not on its way into or out of one.
static int is_asleep(pid_t thread, const struct user_regs_struct *registers) {
  long answer = registers->rax;
  if ((long)registers->orig_rax < 0 || (answer != -EINTR && (answer > -ERESTARTSYS || answer < -ERESTART_RESTARTBLOCK)))
    return 0;
  return (ptrace(PTRACE_PEEKTEXT, thread, registers->rip - 2, 0) & 0xffff) == 0x050f;
}

// Returns 0 when the thread was awake: nothing was changed.
static int visit(pid_t thread, const pid_t *children, int count, struct cost *cost) {
  struct user_regs_struct own, borrowed;
  must(ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD) == 0, "Cannot attach");
  must(ptrace(PTRACE_INTERRUPT, thread, 0, 0) == 0, "Cannot interrupt");
  must(next_stop(thread) == SIGTRAP, "Cannot stop");
  long stopped_at = nanoseconds();
  must(ptrace(PTRACE_GETREGS, thread, 0, &own) == 0, "Cannot read registers");
  if (!is_asleep(thread, &own)) {
    must(ptrace(PTRACE_DETACH, thread, 0, 0) == 0, "Cannot detach");
    cost->stopped += nanoseconds() - stopped_at;
    return 0;
  }
  // The kernel does not restart an interrupted epoll_wait(2) by itself.
  if ((long)own.rax == -EINTR) own.rax = -ERESTARTNOHAND;
  borrowed = own;
  borrowed.orig_rax = SYS_waitid;
  borrowed.rdi = P_PID;
  borrowed.rdx = 0;
  borrowed.r10 = flags;
  borrowed.r8 = 0;
  borrowed.rax = -ERESTARTNOINTR;
  long borrowed_at = nanoseconds();
  for (int at = 0; at < count; at++) {
    borrowed.rsi = children[at];
    must(ptrace(PTRACE_SETREGS, thread, 0, &borrowed) == 0, "Cannot write registers");
    for (int stops = 0; stops < 2; stops++) {
      must(ptrace(PTRACE_SYSCALL, thread, 0, 0) == 0, "Cannot go on");
      must(next_stop(thread) == (SIGTRAP | 0x80), "Cannot stop at waitid");
    }
    must(ptrace(PTRACE_GETREGS, thread, 0, &borrowed) == 0, "Cannot read registers");
    cost->collected += borrowed.rax == 0;
    borrowed.rip -= 2;
    borrowed.rax = SYS_waitid;
  }
  must(ptrace(PTRACE_SETREGS, thread, 0, &own) == 0, "Cannot give the registers back");
  cost->borrowed += nanoseconds() - borrowed_at;
  must(ptrace(PTRACE_DETACH, thread, 0, 0) == 0, "Cannot detach");
  cost->stopped += nanoseconds() - stopped_at;
  return 1;
}

int main(void) {
  static char line[65536];
  static pid_t numbers[8192];
  while (fgets(line, sizeof line, stdin)) {
    int count = 0;
    for (char *at = line, *end; numbers[count] = strtol(at, &end, 10), end != at; at = end) count++;
    // The first is the thread, the last the number of answers.
    int children = count - 2;
    struct cost cost = {0};
    long start = nanoseconds();
    for (int at = 0; at < children; at += most_per_visit) {
      int left = children - at;
      int batch = left < most_per_visit ? left : most_per_visit;
      while (!visit(numbers[0], numbers + 1 + at, batch, &cost)) usleep(100);
    }
    printf("%ld\n%ld\n%ld\n%ld\n", cost.collected, cost.stopped, cost.borrowed, nanoseconds() - start);
    fflush(stdout);
  }
  return 0;
}
