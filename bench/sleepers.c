// Forks argv[1] children that sleep until they are killed, says "ready", and lives until stdin ends. However this
// program ends, the kernel kills its children with it (PR_SET_PDEATHSIG), so none is ever left behind.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  pid_t parent = getpid();
  for (int left = argc > 1 ? atoi(argv[1]) : 0; left > 0; left--) {
    pid_t child = fork();
    if (child < 0) {
      perror("Cannot fork");
      return 1;
    }
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      // The parent may have ended before the line above.
      if (getppid() != parent) return 0;
      for (;;) pause();
    }
  }
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  return 0;
}
