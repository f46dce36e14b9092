// For each line "N" on stdin it forks N children that sleep until they are killed, and prints their pids. It collects
// them at once when they end, and they end with it.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void collect(int signal) {
  (void)signal;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

int main(void) {
  pid_t parent = getpid();
  struct sigaction on_child = {.sa_handler = collect, .sa_flags = SA_RESTART};
  sigaction(SIGCHLD, &on_child, NULL);
  char line[32];
  while (fgets(line, sizeof line, stdin)) {
    for (int left = atoi(line); left > 0; left--) {
      pid_t child = fork();
      if (child < 0) {
        perror("Cannot fork");
        return 1;
      }
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) return 0;
        for (;;) pause();
      }
      printf("%d\n", child);
    }
    fflush(stdout);
  }
  return 0;
}
