/*
 * subreaper [--zombies N] -- command...
 *
 * Becomes the command, with orphans of somebody else for children: it never waits for those, whatever the command is.
 * They end, each in another way, when they get SIGUSR1, which leaves a runtime the time to start before it has zombies.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

enum { most = 1000 };

static void wait_for_the_end(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  /* Who reads the command's output would wait for this process too. */
  for (int descriptor = 0; descriptor < 3; descriptor++) close(descriptor);
  /* Who should send it may have died. */
  sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = 60});
  end_as(number);
}

int main(int count, char **values) {
  int zombies = option(count, values, "--zombies", 2), at = 1, length = 0, told[2];
  static char list[most * 12], ends[most * 20];
  while (at < count && strcmp(values[at], "--") != 0) at++;
  if (at + 1 >= count || zombies > most) return 2;
  must(pipe(told), "pipe");
  must(prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
  /* So that no signal comes too early, and back again before the command. */
  sigset_t usr1, before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, &before);
  pid_t between = fork_child();
  if (between == 0) {
    for (int i = 0; i < zombies; i++) {
      pid_t pid = fork_child();
      if (pid == 0) wait_for_the_end(i);
      must(write(told[1], &pid, sizeof pid), "write");
    }
    _exit(0);
  }
  must(waitpid(between, NULL, 0), "waitpid");
  sigprocmask(SIG_SETMASK, &before, NULL);
  for (int i = 0, end = 0; i < zombies; i++) {
    pid_t pid;
    const char *comma = i > 0 ? "," : "";
    int status = status_of_end(i);
    must(read(told[0], &pid, sizeof pid), "read");
    length += snprintf(list + length, sizeof list - length, "%s%d", comma, pid);
    end += snprintf(ends + end, sizeof ends - end, "%s{\"%s\":%d}", comma, WIFEXITED(status) ? "exitCode" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  }
  close(told[0]);
  close(told[1]);
  say("{\"orphans\":true,\"pid\":%d,\"zombies\":[%s],\"ends\":[%s]}", getpid(), list, ends);
  execvp(values[at + 1], values + at + 1);
  fail(values[at + 1]);
}
