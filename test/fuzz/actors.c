/*
 * fuzz-actors <log>
 *
 * The inhabitants of a PID namespace, of which this is pid 1: it starts the others, collects who ends and starts anew
 * what has ended. Each catches every signal that can be caught, and all write into one log, a line in one write(2):
 *
 *   start ROLE PID            it is there, and catches
 *   signal PID NUMBER SENDER  it got one; SENDER is si_pid, 0 where a process outside of the namespace sent it
 *   end PID SIGNAL            pid 1 has collected it; SIGNAL is 0 where it left by itself
 *
 * The roles: init · master, whose workers (role worker) it replaces one at a time, at every tenth SIGHUP · leaver, which
 * does not wait for its children until it is sent a SIGCHLD, and ends on SIGTERM · bystander, of which nobody speaks ·
 * bare, which has no handler at all.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 3
#define ZOMBIES 6
/* In seconds. */
#define LONGEST 7200

static int out;
static volatile sig_atomic_t hangups, ends, collect;

static void note(int number, siginfo_t *info, void *context) {
  (void)context;
  /* The kernel's own word that a child has ended. */
  if (number == SIGCHLD && info->si_code > 0 && info->si_code <= CLD_CONTINUED) return;
  char text[64];
  int length = snprintf(text, sizeof text, "signal %d %d %d\n", getpid(), number, info->si_pid);
  if (write(out, text, (size_t)length) < 0) _exit(97);
  if (number == SIGHUP) hangups++;
  if (number == SIGTERM) ends = 1;
  if (number == SIGCHLD) collect = 1;
}

static void say(const char *what, const char *role, int a, int b) {
  char text[64];
  int length = role ? snprintf(text, sizeof text, "%s %s %d\n", what, role, a)
                    : snprintf(text, sizeof text, "%s %d %d\n", what, a, b);
  if (write(out, text, (size_t)length) < 0) _exit(97);
}

static void rest(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

/* What sexton reads of it, and finds its targets by. */
static void call_itself(char *title, const char *role) {
  char name[16];
  snprintf(name, sizeof name, "fuzz-%s", role);
  prctl(PR_SET_NAME, name);
  /* The title is as long as the longest of them. */
  memset(title, ' ', strlen(title));
  memcpy(title, name, strlen(name));
}

static void catch_all(const char *role) {
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  sigfillset(&action.sa_mask);
  for (int number = 1; number <= SIGRTMAX; number++) sigaction(number, &action, NULL);
  say("start", role, getpid(), 0);
}

static pid_t start(const char *role, char *title) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  call_itself(title, role);
  hangups = ends = collect = 0;
  /* Each is in a session of its own: a signal to a group would be seen to reach one that was not meant. */
  if (strcmp(role, "worker") != 0) setsid();
  else prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (strcmp(role, "bare") == 0) {
    for (int number = 1; number <= SIGRTMAX; number++) signal(number, SIG_DFL);
    say("start", role, getpid(), 0);
    for (;;) pause();
  }
  catch_all(role);
  if (strcmp(role, "master") == 0) {
    pid_t workers[WORKERS];
    for (int at = 0; at < WORKERS; at++) workers[at] = start("worker", title);
    for (int done = 0, at = 0;; rest(5)) {
      if (hangups < done + 10) continue;
      done = hangups;
      kill(workers[at], SIGKILL);
      waitpid(workers[at], NULL, 0);
      workers[at] = start("worker", title);
      at = (at + 1) % WORKERS;
    }
  }
  if (strcmp(role, "leaver") == 0) {
    while (!ends) {
      int left = 0;
      siginfo_t seen;
      if (collect) {
        collect = 0;
        while (waitpid(-1, NULL, WNOHANG) > 0) left++;
      }
      /* Those that somebody has taken away are replaced. */
      static pid_t children[ZOMBIES];
      for (int at = 0; at < ZOMBIES; at++) {
        if (children[at] != 0 && waitid(P_PID, (id_t)children[at], &seen, WEXITED | WNOHANG | WNOWAIT) == 0) continue;
        children[at] = fork();
        if (children[at] == 0) _exit(at);
      }
      rest(50);
    }
    _exit(0);
  }
  for (;;) rest(1000);
}

int main(int argc, char **argv) {
  if (argc < 3) return 99;
  out = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (out < 0) return 98;
  static const char *const roles[] = {"master", "leaver", "bystander", "bare"};
  pid_t pids[4] = {0};
  catch_all("init");
  /* Whoever started it may be gone. */
  for (time_t end = time(NULL) + LONGEST; time(NULL) < end;) {
    for (int at = 0; at < 4; at++)
      if (pids[at] == 0) pids[at] = start(roles[at], argv[2]);
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
      say("end", NULL, ended, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
      for (int at = 0; at < 4; at++)
        if (pids[at] == ended) pids[at] = 0;
    }
    rest(20);
  }
}
