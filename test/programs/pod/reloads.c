/* An app that counts its reloads: each SIGHUP prints the generation that it began. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t hangups;

static void on_hangup(int number) {
  (void)number;
  hangups++;
}

int main(void) {
  struct sigaction action = {.sa_handler = on_hangup};
  sigset_t hangup, none;
  sigemptyset(&none);
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  /* Blocked outside of sigsuspend, so that no hangup falls between printing and waiting. */
  sigprocmask(SIG_BLOCK, &hangup, NULL);
  sigaction(SIGHUP, &action, NULL);
  for (;;) {
    printf("generation %d\n", (int)hangups);
    fflush(stdout);
    sigsuspend(&none);
  }
}
