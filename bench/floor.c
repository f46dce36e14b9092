// What the kernel takes for itself: for each line "N" on stdin it ends N sleeping children, one after the other, and
// prints the nanoseconds from kill(2) until poll(2) on the child's pidfd wakes.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

int main(void) {
  char line[32];
  while (fgets(line, sizeof line, stdin)) {
    for (int left = atoi(line); left > 0; left--) {
      pid_t child = fork();
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
      }
      struct pollfd watched = {.fd = syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
      if (child < 0 || watched.fd < 0) {
        perror("Cannot watch a child");
        return 1;
      }
      // It sleeps by then, as what is measured against it does.
      usleep(5000);
      long start = nanoseconds();
      kill(child, SIGKILL);
      poll(&watched, 1, -1);
      printf("%ld\n", nanoseconds() - start);
      close(watched.fd);
      waitpid(child, NULL, 0);
    }
    fflush(stdout);
  }
  return 0;
}
