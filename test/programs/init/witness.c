/*
 * witness [--end-on N] [--seconds S]
 *
 * Says "ready <pid>", then the number of each signal that reaches it, a line each. Catches them all, the real-time ones
 * too, and lets through what was blocked when it began. Ends with code 0 on the signal that it was told to end on, and
 * in any case after so many seconds, since whoever started it may be gone.
 */
#include "actor.h"

#include <time.h>

static int end_on;

static void say_number(int number) {
  char text[8];
  int length = 0;
  if (number >= 10) text[length++] = (char)('0' + number / 10);
  text[length++] = (char)('0' + number % 10);
  text[length++] = '\n';
  /* One write, so that two signals do not share a line. */
  if (write(1, text, (size_t)length) < 0) _exit(97);
  if (number == end_on) _exit(0);
}

int witness_main(char **arguments) {
  int seconds = 60;
  for (; arguments[0] != NULL; arguments += 2) {
    if (strcmp(arguments[0], "--end-on") == 0) end_on = number_of(arguments[1]);
    else if (strcmp(arguments[0], "--seconds") == 0) seconds = number_of(arguments[1]);
    else return 99;
  }
  struct sigaction action = {.sa_handler = say_number, .sa_flags = SA_RESTART};
  /* While one is told no other comes between. */
  sigfillset(&action.sa_mask);
  for (int number = 1; number <= SIGRTMAX; number++) sigaction(number, &action, NULL);
  char text[32];
  int length = snprintf(text, sizeof text, "ready %d\n", getpid());
  must((int)write(1, text, (size_t)length), "write");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  time_t end = now.tv_sec + seconds;
  for (; now.tv_sec < end; clock_gettime(CLOCK_MONOTONIC, &now)) nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
  return 96;
}
