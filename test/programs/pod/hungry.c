/* An app that takes all the memory there is when it gets SIGUSR1. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t hungry;

static void eat(int signal) {
  (void)signal;
  hungry = 1;
}

int main(void) {
  sigset_t usual, held;
  sigemptyset(&held);
  sigaddset(&held, SIGUSR1);
  /* Blocked but for while it waits: one that comes in between is not missed. */
  sigprocmask(SIG_BLOCK, &held, &usual);
  signal(SIGUSR1, eat);
  while (!hungry) sigsuspend(&usual);
  for (;;) {
    char *more = malloc(1 << 20);
    if (more) memset(more, 1, 1 << 20);
  }
}
