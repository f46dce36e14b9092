/*
 * parent <mode> <count>
 *
 * Forks children that exit with 7, and says "ready" when they have. What it does about them is its mode's affair:
 *   never    nothing
 *   soon     collects them after 200 ms
 *   handler  collects one for each SIGCHLD, which is too few when they end together
 *   vain     has a handler for SIGCHLD that collects none
 *   deaf     nothing, and ignores SIGTERM
 *   tidy     nothing, and ends with 0 on SIGTERM
 * On SIGUSR1 it collects them all, on SIGUSR2 it forks one more. It says how many SIGCHLD it has taken.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *mode;
static volatile sig_atomic_t taken, collect, more, end;

static int is(const char *name) { return strcmp(mode, name) == 0; }

static void take(int number) {
  if (number == SIGUSR1) collect = 1;
  if (number == SIGUSR2) more = 1;
  if (number == SIGTERM) end = 1;
  if (number != SIGCHLD) return;
  taken++;
  if (is("handler")) waitpid(-1, NULL, WNOHANG);
}

static void fork_one(void) {
  siginfo_t info;
  pid_t pid = fork();
  if (pid == 0) _exit(7);
  if (pid > 0) waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
}

static void catch(int number) { sigaction(number, &(struct sigaction){.sa_handler = take}, NULL); }

int main(int count, char **values) {
  sigset_t all, none;
  int told = 0;
  mode = count > 1 ? values[1] : "never";
  sigfillset(&all);
  sigemptyset(&none);
  /* Whatever comes waits for sigsuspend, so that nothing is lost and children's signals coalesce. */
  sigprocmask(SIG_SETMASK, &all, NULL);
  catch(SIGUSR1);
  catch(SIGUSR2);
  for (int i = 0; i < (count > 2 ? atoi(values[2]) : 1); i++) fork_one();
  if (is("handler") || is("vain")) {
    /* The signal of those that have ended already is dropped with its default. */
    signal(SIGCHLD, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    catch(SIGCHLD);
  }
  if (is("deaf")) signal(SIGTERM, SIG_IGN);
  if (is("tidy")) catch(SIGTERM);
  if (is("soon")) {
    usleep(200000);
    collect = 1;
  }
  puts("ready");
  fflush(stdout);
  while (!end) {
    if (!collect && !more) sigsuspend(&none);
    if (told != taken) printf("taken %d\n", told = taken);
    if (collect) while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    if (more) fork_one();
    if (collect) puts("collected");
    collect = more = 0;
    fflush(stdout);
  }
  return 0;
}
