/*
 * steady <call> [--zombies N] [--leak 1]
 *
 * Blocks in one call again and again, for a few milliseconds each time, until its stdin ends or says something. It has a
 * child that lives: who has it wait for that one with WNOHANG gets 0 as often as it likes. It may leave one more zombie
 * behind at each call. Says how many calls answered as they should, how many 0 before their time, how many gave up with
 * EINTR though no signal came, and how many said something else.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

enum { milliseconds = 20 };
static const struct timespec duration = {.tv_nsec = milliseconds * 1000 * 1000};
static int timer, epoll;
static uint64_t expirations;
static uint32_t word;

static long sleep_shortly(void) { return nanosleep(&duration, NULL); }
static long poll_nothing(void) { return poll(NULL, 0, milliseconds); }
static long wait_for_events(void) { return epoll_wait(epoll, &(struct epoll_event){0}, 1, milliseconds); }
static long wait_for_bits(void) {
  int64_t end = now() + duration.tv_nsec;
  struct timespec deadline = {.tv_sec = end / SECOND, .tv_nsec = end % SECOND};
  return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &deadline, NULL, ~0u);
}
static long read_timer(void) {
  timerfd_settime(timer, 0, &(struct itimerspec){.it_value = duration}, NULL);
  return read(timer, &expirations, sizeof expirations);
}

static const struct {
  const char *name;
  long (*block)(void);
  long answer;
  int error;
} calls[] = {
    {"nanosleep", sleep_shortly, 0, 0},  {"poll", poll_nothing, 0, 0},
    {"epoll_wait", wait_for_events, 0, 0}, {"futex", wait_for_bits, -1, ETIMEDOUT},
    {"read", read_timer, sizeof expirations, 0},
};

static volatile int *over;

static void live_until_the_end(void) {
  char byte;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  *over = read(STDIN_FILENO, &byte, 1) >= 0;
  /* Its parent ends it, if that lives; it may have died before PR_SET_PDEATHSIG. */
  sleep_until(now() + 10 * SECOND);
  _exit(0);
}

int main(int count, char **values) {
  int at = 0, right = 0, zero = 0, gave_up = 0, other = 0;
  if (count < 2) return 2;
  while (strcmp(calls[at].name, values[1]) != 0)
    if (++at == sizeof calls / sizeof *calls) return 2;
  over = mmap(NULL, sizeof *over, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  timer = must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
  epoll = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  make_zombies(option(count, values, "--zombies", 3));
  pid_t child = fork_child();
  if (child == 0) live_until_the_end();
  say("{\"living\":%d}", child);
  say_ready(values[1]);
  bool leaks = option(count, values, "--leak", 0) != 0;
  for (int64_t tick = now(); !*over;) {
    if (leaks && fork_child() == 0) _exit(0);
    int64_t start = now();
    errno = 0;
    long returned = calls[at].block();
    bool early = now() - start < milliseconds * 1000000LL;
    if (returned == calls[at].answer && errno == calls[at].error && !early) right++;
    else if (returned == 0) zero++;
    else if (returned == -1 && errno == EINTR) gave_up++;
    else other++, say("{\"odd\":%ld,\"errno\":%d,\"early\":%d}", returned, errno, early);
    if (now() - tick > TICK) tick = now(), say("{\"tick\":%d}", right);
  }
  say("{\"end\":true,\"ok\":%s,\"right\":%d,\"zero\":%d,\"gaveUp\":%d,\"other\":%d,\"left\":%d}",
      other == 0 ? "true" : "false", right, zero, gave_up, other, zombies_left());
  kill(child, SIGKILL);
  return other == 0 ? 0 : 1;
}
