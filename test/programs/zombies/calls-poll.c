/* Timers, and the calls that wait for descriptors. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trial.h"

static void call_nanosleep(struct trial *t) {
  /* The kernel fills this in at each stop, also when it restarts the call; it means something after EINTR only. */
  struct timespec left;
  BLOCK(t, nanosleep(RELATIVE(t->duration), &left));
  expect_return(t, 0, 0);
}

static void call_clock_nanosleep(struct trial *t) {
  BLOCK(t, clock_nanosleep(CLOCK_BOOTTIME, 0, RELATIVE(t->duration), NULL));
  expect_return(t, 0, 0);
}

static void call_clock_nanosleep_abstime(struct trial *t) {
  BLOCK(t, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, RELATIVE(t->deadline), NULL));
  expect_return(t, 0, 0);
}

const struct call timer_calls[] = {
    {"nanosleep", call_nanosleep},
    {"clock_nanosleep", call_clock_nanosleep},
    {"clock_nanosleep-abstime", call_clock_nanosleep_abstime},
    {0},
};

/* A pipe into which a helper writes at the deadline. */
static int helped_pipe(struct trial *t) {
  static int ends[2];
  must(pipe(ends), "pipe");
  own(t, ends[0], "pipe");
  own(t, ends[1], "pipe");
  help(t, NULL, write_word, &ends[1]);
  return ends[0];
}

/* A pipe that stays empty. */
static int empty_pipe(struct trial *t) {
  int ends[2];
  must(pipe(ends), "pipe");
  own(t, ends[1], "pipe");
  return own(t, ends[0], "pipe");
}

static void check_word(struct trial *t, int descriptor) {
  char word[WORD_SIZE] = "";
  expect(t, "what was read", read(descriptor, word, sizeof word), WORD_SIZE);
  expect_bytes(t, "the word", word, WORD, WORD_SIZE);
}

static void poll_timeout(struct trial *t) {
  struct pollfd fds = {.fd = empty_pipe(t), .events = POLLIN};
  BLOCK(t, poll(&fds, 1, MILLISECONDS(t->duration)));
  expect_return(t, 0, 0);
  expect(t, "revents", fds.revents, 0);
}

static void poll_infinite(struct trial *t) {
  struct pollfd fds = {.fd = helped_pipe(t), .events = POLLIN};
  BLOCK(t, poll(&fds, 1, -1));
  expect_return(t, 1, 0);
  expect(t, "revents", fds.revents, POLLIN);
  check_word(t, fds.fd);
}

static void ppoll_timeout(struct trial *t) {
  struct pollfd fds = {.fd = empty_pipe(t), .events = POLLIN};
  sigset_t mask;
  sigfillset(&mask);
  BLOCK(t, ppoll(&fds, 1, RELATIVE(t->duration), &mask));
  expect_return(t, 0, 0);
}

static void ppoll_infinite(struct trial *t) {
  struct pollfd fds = {.fd = helped_pipe(t), .events = POLLIN};
  BLOCK(t, ppoll(&fds, 1, NULL, NULL));
  expect_return(t, 1, 0);
  expect(t, "revents", fds.revents, POLLIN);
  check_word(t, fds.fd);
}

static void select_timeout(struct trial *t) {
  int descriptor = empty_pipe(t);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(descriptor, &set);
  struct timeval time = {.tv_sec = t->duration / SECOND, .tv_usec = t->duration % SECOND / 1000};
  BLOCK(t, select(descriptor + 1, &set, NULL, NULL, &time));
  expect_return(t, 0, 0);
  expect(t, "the descriptor in the set", FD_ISSET(descriptor, &set) != 0, 0);
  expect(t, "the time left in seconds", time.tv_sec, 0);
  expect(t, "the time left in us", time.tv_usec, 0);
}

static void select_infinite(struct trial *t) {
  int descriptor = helped_pipe(t);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(descriptor, &set);
  BLOCK(t, select(descriptor + 1, &set, NULL, NULL, NULL));
  expect_return(t, 1, 0);
  expect(t, "the descriptor in the set", FD_ISSET(descriptor, &set) != 0, 1);
  check_word(t, descriptor);
}

static void pselect_timeout(struct trial *t) {
  sigset_t mask;
  sigfillset(&mask);
  BLOCK(t, pselect(0, NULL, NULL, NULL, RELATIVE(t->duration), &mask));
  expect_return(t, 0, 0);
}

static void pselect_infinite(struct trial *t) {
  int descriptor = helped_pipe(t);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(descriptor, &set);
  BLOCK(t, pselect(descriptor + 1, &set, NULL, NULL, NULL, NULL));
  expect_return(t, 1, 0);
  check_word(t, descriptor);
}

static int epoll_of(struct trial *t, int descriptor) {
  int epoll = own(t, epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x5e7061};
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
  return epoll;
}

static void check_event(struct trial *t, const struct epoll_event *event, int descriptor) {
  expect_return(t, 1, 0);
  expect(t, "events", event->events, EPOLLIN);
  expect(t, "data", event->data.u64, 0x5e7061);
  check_word(t, descriptor);
}

static void epoll_timeout(struct trial *t) {
  struct epoll_event event;
  int epoll = epoll_of(t, empty_pipe(t));
  BLOCK(t, epoll_wait(epoll, &event, 1, MILLISECONDS(t->duration)));
  expect_return(t, 0, 0);
}

static void epoll_infinite(struct trial *t) {
  struct epoll_event event = {0};
  int descriptor = helped_pipe(t), epoll = epoll_of(t, descriptor);
  BLOCK(t, epoll_wait(epoll, &event, 1, -1));
  check_event(t, &event, descriptor);
}

static void epoll_pwait_timeout(struct trial *t) {
  struct epoll_event event;
  int epoll = epoll_of(t, empty_pipe(t));
  sigset_t mask;
  sigfillset(&mask);
  BLOCK(t, epoll_pwait(epoll, &event, 1, MILLISECONDS(t->duration), &mask));
  expect_return(t, 0, 0);
}

/* epoll_pwait2(2) itself: glibc has it only since 2.35. Linux 5.11. */
static long pwait2(struct trial *t, int epoll, struct epoll_event *event, const struct timespec *time) {
  long returned = syscall(SYS_epoll_pwait2, epoll, event, 1, time, NULL, 0);
  if (returned == -1 && errno == ENOSYS) unavailable(t->name);
  return returned;
}

static void epoll_pwait2_timeout(struct trial *t) {
  struct epoll_event event;
  int epoll = epoll_of(t, empty_pipe(t));
  pwait2(t, epoll, &event, RELATIVE(0));
  BLOCK(t, pwait2(t, epoll, &event, RELATIVE(t->duration)));
  expect_return(t, 0, 0);
}

static void epoll_pwait2_infinite(struct trial *t) {
  struct epoll_event event = {0};
  int descriptor = helped_pipe(t), epoll = epoll_of(t, descriptor);
  pwait2(t, epoll, &event, RELATIVE(0));
  BLOCK(t, pwait2(t, epoll, &event, NULL));
  check_event(t, &event, descriptor);
}

const struct call poll_calls[] = {
    {"poll-timeout", poll_timeout},
    {"poll-infinite", poll_infinite},
    {"ppoll-timeout", ppoll_timeout},
    {"ppoll-infinite", ppoll_infinite},
    {"select-timeout", select_timeout},
    {"select-infinite", select_infinite},
    {"pselect-timeout", pselect_timeout},
    {"pselect-infinite", pselect_infinite},
    {"epoll_wait-timeout", epoll_timeout},
    {"epoll_wait-infinite", epoll_infinite},
    {"epoll_pwait-timeout", epoll_pwait_timeout},
    {"epoll_pwait2-timeout", epoll_pwait2_timeout},
    {"epoll_pwait2-infinite", epoll_pwait2_infinite},
    {0},
};
