// Its SIGHUP handler prints the time of CLOCK_MONOTONIC in nanoseconds. Lives until stdin ends.
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

// printf is not allowed in a signal handler.
static void tell(int signal) {
  (void)signal;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long value = now.tv_sec * 1000000000L + now.tv_nsec;
  char text[24];
  size_t at = sizeof text;
  text[--at] = '\n';
  for (; value > 0; value /= 10) text[--at] = '0' + value % 10;
  if (write(STDOUT_FILENO, text + at, sizeof text - at) < 0) _exit(1);
}

int main(void) {
  struct sigaction on_hangup = {.sa_handler = tell, .sa_flags = SA_RESTART};
  sigaction(SIGHUP, &on_hangup, NULL);
  while (getchar() != EOF) {
  }
  return 0;
}
