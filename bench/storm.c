// For a line "RATE LIFE SECONDS 1" on stdin it forks RATE children a second for so long, each of which sleeps for LIFE
// milliseconds and is collected at once; prints how many there were. For a line "pid 1" it prints its own pid.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const long second = 1000000000L;

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second + now.tv_nsec;
}

// Waits until then, or shorter when a child ends; collects those that have.
static void wait_until(long then, const sigset_t *ends) {
  long left = then - nanoseconds();
  if (left < 0) left = 0;
  struct timespec timeout = {.tv_sec = left / second, .tv_nsec = left % second};
  sigtimedwait(ends, NULL, &timeout);
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

// Nobody is there any more to whom it could be told.
static int is_abandoned(void) {
  struct pollfd in = {.fd = STDIN_FILENO};
  return poll(&in, 1, 0) > 0;
}

static long storm(long rate, long life, long seconds, const sigset_t *ends) {
  struct timespec lifetime = {.tv_sec = life / 1000, .tv_nsec = life % 1000 * 1000000L};
  long forks = 0;
  for (long start = nanoseconds(), due = start; due < start + seconds * second; due += second / rate) {
    while (nanoseconds() < due) wait_until(due, ends);
    pid_t child = fork();
    if (child == 0) {
      nanosleep(&lifetime, NULL);
      _exit(0);
    }
    if (child < 0) return -1;
    forks++;
    if (is_abandoned()) break;
  }
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
  }
  return forks;
}

int main(void) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  char line[80];
  while (fgets(line, sizeof line, stdin)) {
    long rate, life, seconds;
    if (strncmp(line, "pid", 3) == 0) printf("%d\n", getpid());
    else if (sscanf(line, "%ld %ld %ld", &rate, &life, &seconds) == 3) printf("%ld\n", storm(rate, life, seconds, &ends));
    fflush(stdout);
  }
  return 0;
}
