/*
 * nursery command...
 *
 * Runs the command below a process that adopts what the command does not: "adopted <orphans> code <of the command>", the
 * code as a shell has it.
 */
#include "actor.h"

#include <sys/prctl.h>
#include <sys/wait.h>

int nursery_main(char **arguments) {
  must(prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
  pid_t command = must(fork(), "fork");
  if (command == 0) become(arguments);
  int adopted = 0, code = -1, status;
  for (pid_t pid; (pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR;) {
    if (pid == command) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    else if (pid > 0) adopted++;
  }
  printf("adopted %d code %d\n", adopted, code);
  return 0;
}
