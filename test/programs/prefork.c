/*
 * prefork <workers> [what it is given and does not tell]
 *
 * Forks workers and says "ready". On SIGHUP it forks as many new ones, sends SIGTERM to the old, waits for them and says
 * "reloaded"; on SIGTERM it ends them all. As nginx does, it writes a title over its arguments, and those into the title.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t reload, end;

static void take(int number) {
  if (number == SIGHUP) reload = 1;
  if (number == SIGTERM) end = 1;
}

/* Looks again and again, so that it does not matter when a signal comes. */
static void rest(void) { usleep(2000); }

static pid_t fork_worker(void) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGHUP, SIG_IGN);
  while (!end) rest();
  _exit(0);
}

static void finish(const pid_t *workers, int count) {
  for (int at = 0; at < count; at++) kill(workers[at], SIGTERM);
  for (int at = 0; at < count; at++) waitpid(workers[at], NULL, 0);
}

static void title(int argc, char **argv) {
  char text[256];
  char *last = argv[argc - 1];
  size_t room = (size_t)(last + strlen(last) - argv[0]);
  snprintf(text, sizeof text, "prefork: master process %s", last);
  memset(argv[0], 0, room);
  strncpy(argv[0], text, room - 1);
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 1;
  pid_t *workers = calloc((size_t)count, sizeof *workers);
  pid_t *fresh = calloc((size_t)count, sizeof *fresh);
  struct sigaction action = {.sa_handler = take};
  sigaction(SIGHUP, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  title(argc, argv);
  for (int at = 0; at < count; at++) workers[at] = fork_worker();
  puts("ready");
  fflush(stdout);
  while (!end) {
    rest();
    if (!reload) continue;
    reload = 0;
    for (int at = 0; at < count; at++) fresh[at] = fork_worker();
    finish(workers, count);
    memcpy(workers, fresh, (size_t)count * sizeof *workers);
    puts("reloaded");
    fflush(stdout);
  }
  finish(workers, count);
  return 0;
}
