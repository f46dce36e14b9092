/*
 * endings <kill|exit|exec|crash> [--rounds N] [--delay SECONDS] [--stay SECONDS]
 *
 * Starts parents with threads that sleep, each of which ends in this way after some milliseconds: killed from outside, or
 * by one of its threads. Says of each who it is, and at the end how many did not end as they should, or too late. Without
 * rounds it is such a parent itself.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

static const char *end;
static int64_t delay;
/* How long the program lives that is called. */
static char stay[32];

static void *sleep_on(void *argument) {
  for (;;) pause();
  return argument;
}

static void *end_soon(void *argument) {
  unsigned seed = getpid();
  sleep_until(now() + delay + rand_r(&seed) % 4000000);
  if (strcmp(end, "exit") == 0) _exit(42);
  if (strcmp(end, "exec") == 0) execl("/bin/sh", "sh", "-c", "[ $0 = 0 ] || sleep $0; exit 43", stay, NULL);
  if (strcmp(end, "crash") == 0) __builtin_trap();
  return sleep_on(argument);
}

static void be_parent(void) {
  pthread_t thread;
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, sleep_on, NULL);
  pthread_create(&thread, NULL, end_soon, NULL);
  sleep_on(NULL);
}

static int expected(void) {
  if (strcmp(end, "exit") == 0) return 42 << 8;
  if (strcmp(end, "exec") == 0) return 43 << 8;
  return strcmp(end, "crash") == 0 ? SIGILL : SIGKILL;
}

/* Within 5 s, on however busy a machine. */
static bool has_ended(pid_t parent, int *status) {
  for (int64_t last = now() + 5 * SECOND; now() < last; sleep_until(now() + SECOND / 2000))
    if (waitpid(parent, status, WNOHANG) == parent) return true;
  kill(parent, SIGKILL);
  return false;
}

int main(int count, char **values) {
  int wrong = 0, hung = 0, rounds = option(count, values, "--rounds", 50);
  unsigned seed = getpid();
  if (count < 2) return 2;
  end = values[1];
  delay = option(count, values, "--delay", 0.003) * SECOND;
  snprintf(stay, sizeof stay, "%g", option(count, values, "--stay", 0));
  if (rounds == 0) be_parent();
  for (int i = 0; i < rounds; i++) {
    int status = 0;
    pid_t parent = fork_child();
    if (parent == 0) be_parent();
    say("{\"parent\":%d}", parent);
    sleep_until(now() + 6 * SECOND / 1000 + rand_r(&seed) % 2000000);
    if (strcmp(end, "kill") == 0) kill(parent, SIGKILL);
    if (!has_ended(parent, &status)) hung++;
    else wrong += status != expected();
  }
  say("{\"end\":true,\"ok\":%s,\"wrong\":%d,\"hung\":%d}", wrong + hung == 0 ? "true" : "false", wrong, hung);
  return 0;
}
