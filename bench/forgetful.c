// A parent that does not wait for its children, and sleeps in epoll_wait(2), or with "nanosleep" in nanosleep(2). For each
// line "N" on stdin it starts N children that end at once, and prints their pids when all of them have ended; "pid 1"
// asks for its own, "left 1" for whether there are any children that it still has to wait for.
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void leave(int count) {
  pid_t *children = calloc(count, sizeof *children);
  for (int at = 0; at < count; at++) {
    children[at] = fork();
    if (children[at] == 0) _exit(0);
    if (children[at] < 0) {
      perror("Cannot fork");
      exit(1);
    }
  }
  for (int at = 0; at < count; at++) {
    siginfo_t info;
    waitid(P_PID, children[at], &info, WEXITED | WNOWAIT);
    printf("%d\n", children[at]);
  }
  free(children);
}

static int has_children(void) {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void wait_for_line(int epoll) {
  struct epoll_event event;
  if (epoll >= 0) {
    epoll_wait(epoll, &event, 1, -1);
    return;
  }
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  struct timespec moment = {.tv_nsec = 50000000};
  while (poll(&input, 1, 0) == 0) nanosleep(&moment, NULL);
}

int main(int argc, char **argv) {
  int epoll = -1;
  if (argc < 2 || strcmp(argv[1], "nanosleep") != 0) {
    struct epoll_event input = {.events = EPOLLIN};
    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  }
  // Whoever writes waits for the answer, so there is never more than a line to read.
  char line[32];
  while (wait_for_line(epoll), fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "pid", 3) == 0) printf("%d\n", getpid());
    else if (strncmp(line, "left", 4) == 0) printf("%d\n", has_children());
    else leave(atoi(line));
    fflush(stdout);
  }
  return 0;
}
