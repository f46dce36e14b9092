#include "actor.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

void sleep_until(int64_t deadline) {
  struct timespec time = {.tv_sec = deadline / SECOND, .tv_nsec = deadline % SECOND};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) continue;
}

void say(const char *format, ...) {
  char line[64 << 10];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line - 1, format, values);
  va_end(values);
  if (length < 0 || (size_t)length >= sizeof line - 1) fail("a line is too long");
  line[length++] = '\n';
  for (int written = 0; written < length;) {
    ssize_t more = write(STDOUT_FILENO, line + written, length - written);
    if (more < 0 && errno != EINTR) _exit(1);
    if (more > 0) written += more;
  }
}

void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  _exit(1);
}

void unavailable(const char *what) {
  say("{\"unavailable\":\"%s: %s\"}", what, strerror(errno));
  _exit(UNAVAILABLE);
}

long must(long returned, const char *what) {
  if (returned == -1) fail(what);
  return returned;
}

pid_t fork_child(void) {
  fflush(NULL);
  return must(fork(), "fork");
}

bool fork_stranger(void) {
  pid_t between = fork_child();
  if (between == 0) {
    if (fork_child() == 0) return true;
    _exit(0);
  }
  /* The stranger may be sending signals already. */
  while (waitpid(between, NULL, 0) == -1)
    if (errno != EINTR) fail("waitpid");
  return false;
}

static struct {
  pid_t pids[2000];
  int count;
} zombies;

void note_zombie(pid_t pid) {
  siginfo_t info;
  must(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), "waitid");
  if (zombies.count == sizeof zombies.pids / sizeof *zombies.pids) fail("too many zombies");
  zombies.pids[zombies.count++] = pid;
}

void forget_zombie(pid_t pid) {
  for (int i = 0; i < zombies.count; i++)
    if (zombies.pids[i] == pid) zombies.pids[i] = zombies.pids[--zombies.count];
}

int status_of_end(int number) {
  static const int statuses[] = {7 << 8, SIGSEGV, 0, SIGKILL, 255 << 8};
  return number < 5 ? statuses[number] : number % 256 << 8;
}

void end_as(int number) {
  struct rlimit no_core = {0, 0};
  int status = status_of_end(number);
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  setrlimit(RLIMIT_CORE, &no_core);
  signal(WTERMSIG(status), SIG_DFL);
  kill(getpid(), WTERMSIG(status));
  fail("the signal did not end this process");
}

pid_t fork_to_end(int number) {
  pid_t pid = fork_child();
  if (pid == 0) end_as(number);
  return pid;
}

void make_zombies(int count) {
  pid_t *pids = calloc(count + 1, sizeof *pids);
  signal(SIGCHLD, SIG_DFL);
  for (int i = 0; i < count; i++) pids[i] = fork_to_end(i);
  for (int i = 0; i < count; i++) note_zombie(pids[i]);
  free(pids);
}

int zombies_left(void) {
  int left = 0;
  for (int i = 0; i < zombies.count; i++) {
    siginfo_t info = {.si_pid = 0};
    left += waitid(P_PID, zombies.pids[i], &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid != 0;
  }
  return left;
}

static char ready_line[64 << 10];

void prepare_ready(const char *call) {
  static char pids[30 << 10], ends[30 << 10];
  int length = 0, end = 0;
  for (int i = 0; i < zombies.count; i++) {
    siginfo_t info;
    const char *comma = i > 0 ? "," : "";
    must(waitid(P_PID, zombies.pids[i], &info, WEXITED | WNOWAIT), "waitid");
    length += snprintf(pids + length, sizeof pids - length, "%s%d", comma, zombies.pids[i]);
    const char *kind = info.si_code == CLD_EXITED ? "exitCode" : "signal";
    end += snprintf(ends + end, sizeof ends - end, "%s{\"%s\":%d}", comma, kind, info.si_status);
    if (end > (int)sizeof ends - 32) fail("too many zombies for a line");
  }
  snprintf(ready_line, sizeof ready_line,
           "{\"ready\":true,\"pid\":%d,\"tids\":%s,\"zombies\":[%s],\"ends\":[%s],\"call\":\"%s\"}", getpid(), tids(),
           pids, ends, call);
}

void say_prepared(void) { say("%s", ready_line); }

void say_ready(const char *call) {
  prepare_ready(call);
  say_prepared();
}

int tick_for(int64_t duration) {
  int late = 0;
  int64_t start = now();
  for (int64_t tick = 1; tick * TICK <= duration; tick++) {
    int64_t due = start + tick * TICK;
    sleep_until(due);
    late += now() - due > SECOND / 2;
    say("{\"tick\":%lld}", (long long)tick);
  }
  return late;
}

double option(int count, char **values, const char *name, double otherwise) {
  for (int i = 1; i + 1 < count; i++)
    if (strcmp(values[i], name) == 0) return atof(values[i + 1]);
  return otherwise;
}
