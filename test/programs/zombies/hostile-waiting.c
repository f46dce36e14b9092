/* Parents that do wait for some of their children, or will. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

enum { most = 64 };

/* Zombies that are waited for one by one, each at a random moment, and replaced. */
static bool reap_at_random(int64_t duration) {
  pid_t kept[most];
  int forked = 0, reaped = 0, stolen = 0, wrong = 0, count = settings.zombies < most ? settings.zombies : most;
  int number[most];
  int64_t start = now();
  unsigned seed = getpid();
  for (int i = 0; i < count; i++) kept[i] = fork_to_end(number[i] = forked++);
  for (int64_t tick = 0; now() - start < duration || count > 0;) {
    int at = rand_r(&seed) % count, status = 0;
    sleep_until(now() + rand_r(&seed) % 20 * (SECOND / 1000));
    pid_t pid = waitpid(kept[at], &status, 0);
    if (pid == kept[at]) reaped++;
    else if (pid == -1 && errno == ECHILD) stolen++;
    else wrong++;
    wrong += pid == kept[at] && (status & ~0x80) != status_of_end(number[at]);
    if (now() - start < duration) kept[at] = fork_to_end(number[at] = forked++);
    else kept[at] = kept[--count], number[at] = number[count];
    if (now() - start >= (tick + 1) * TICK) say("{\"tick\":%lld,\"reaped\":%d}", (long long)++tick, reaped);
  }
  say("{\"forked\":%d,\"reaped\":%d,\"stolen\":%d,\"wrong\":%d}", forked, reaped, stolen, wrong);
  return wrong == 0 && reaped + stolen == forked;
}

static volatile int handled;

/* The common mistake: signals of children that end together coalesce, and one wait is too few. */
static void wait_once(int number) {
  int error = errno;
  pid_t pid = waitpid(-1, NULL, WNOHANG);
  (void)number;
  if (pid > 0) forget_zombie(pid);
  handled += pid > 0;
  errno = error;
}

static void coalesce(void) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  /* One more than is asked for: the signal that is left collects it. */
  sigaction(SIGCHLD, &(struct sigaction){.sa_handler = wait_once, .sa_flags = SA_RESTART}, NULL);
  note_zombie(fork_to_end(0));
  sigprocmask(SIG_UNBLOCK, &child, NULL);
}

static bool count_handled(int64_t duration) {
  int late = tick_for(duration);
  say("{\"handled\":%d,\"left\":%d}", handled, zombies_left());
  return late == 0;
}

static pid_t wanted;

/* A child whose code is wanted later: who takes it away breaks the program. */
static void fork_wanted(void) {
  note_zombie(wanted = fork_to_end(5));
  say("{\"wanted\":%d}", wanted);
}

static bool wait_later(int64_t duration) {
  int status = 0, late = tick_for(duration);
  pid_t pid = waitpid(wanted, &status, 0);
  bool ok = pid == wanted && status == status_of_end(5);
  say("{\"call\":\"waitpid\",\"returned\":%d,\"errno\":%d,\"expected\":%d,\"status\":%d,\"ok\":%s}", pid,
      pid == -1 ? errno : 0, wanted, status, ok ? "true" : "false");
  return ok && late == 0;
}

/* Until its vfork(2) child ends or execs, a parent is in an uninterruptible sleep, and a tracer cannot stop it. */
static bool sleep_in_vfork(int64_t duration) {
  int status = 0;
  int64_t start = now();
  struct timespec time = {.tv_sec = duration / SECOND, .tv_nsec = duration % SECOND};
  pid_t child = vfork();
  if (child == 0) {
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
    _exit(3);
  }
  double seconds = (now() - start) / 1e9;
  bool ok = waitpid(child, &status, 0) == child && status == 3 << 8 && seconds >= duration / 1e9;
  say("{\"call\":\"vfork\",\"returned\":%d,\"errno\":0,\"expected\":%d,\"status\":%d,\"seconds\":%.3f,\"ok\":%s}",
      child, child, status, seconds, ok ? "true" : "false");
  return ok && tick_for(5 * TICK) == 0;
}

enum { many = 100 };
static pid_t parents[many];
static int stop[2];

/* A hundred parents that wait for the end of a pipe. */
static void fork_many(void) {
  static char list[many * 32];
  int told[2], length = 0;
  pid_t pair[2];
  must(pipe(stop), "pipe");
  must(pipe(told), "pipe");
  for (int i = 0; i < many; i++) {
    parents[i] = fork_child();
    if (parents[i] != 0) continue;
    char byte;
    close(stop[1]);
    pair[0] = getpid();
    note_zombie(pair[1] = fork_to_end(0));
    must(write(told[1], pair, sizeof pair), "write");
    _exit(read(stop[0], &byte, 1) == 0 ? 0 : 1);
  }
  for (int i = 0; i < many; i++) {
    must(read(told[0], pair, sizeof pair), "read");
    length += snprintf(list + length, sizeof list - length, "%s[%d,%d]", i > 0 ? "," : "", pair[0], pair[1]);
  }
  say("{\"parents\":[%s]}", list);
}

static bool end_many(int64_t duration) {
  int right = 0, status, late = tick_for(duration);
  close(stop[1]);
  for (int i = 0; i < many; i++) right += waitpid(parents[i], &status, 0) == parents[i] && status == 0;
  say("{\"right\":%d}", right);
  return right == many && late == 0;
}

const struct mode waiting_modes[] = {
    {.name = "reaper", .live = reap_at_random},
    {.name = "sigchld-handler", .prepare = coalesce, .live = count_handled},
    {.name = "means-to-wait", .prepare = fork_wanted, .live = wait_later},
    {.name = "dstate", .live = sleep_in_vfork},
    {.name = "many", .prepare = fork_many, .live = end_many},
    {0},
};
