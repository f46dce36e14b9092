/*
 * What `npm run bench -- init` runs under an init.
 *
 * latency N: N times, for each line on stdin, sends SIGUSR1 to its parent, the init, and prints the microseconds until it
 * has come back.
 * orphans N: N times forks a child that forks another and ends, and so leaves it to the init; waits until the init has no
 * other child than this process, and prints the milliseconds.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int latency(int rounds) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  char line[16];
  for (int round = 0; round < rounds; round++) {
    if (fgets(line, sizeof line, stdin) == NULL) return 1;
    double start = now_us();
    kill(getppid(), SIGUSR1);
    if (sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = 5}) < 0) return 2;
    printf("%.1f\n", now_us() - start);
    fflush(stdout);
  }
  return 0;
}

/* Those of /proc that are children of the init and not this process. */
static int orphans_left(pid_t init) {
  char path[64], text[65536];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", init, init);
  FILE *file = fopen(path, "r");
  if (file == NULL) return -1;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  int count = 0;
  for (char *at = text; *at; at++) count += *at == ' ';
  return count - 1;
}

static int orphans(int count) {
  pid_t init = getppid();
  double start = now_us();
  for (int born = 0; born < count; born++) {
    pid_t middle = vfork();
    if (middle == 0) {
      pid_t orphan = fork();
      _exit(orphan < 0);
    }
    int status;
    waitpid(middle, &status, 0);
    if (status != 0) return 1;
  }
  while (orphans_left(init) > 0) usleep(200);
  printf("%.3f\n", (now_us() - start) / 1e3);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 99;
  return strcmp(argv[1], "latency") == 0 ? latency(atoi(argv[2])) : orphans(atoi(argv[2]));
}
