/* The calls that wait for a signal, among them those that wait with a signal mask of their own. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "trial.h"

/* What every call that ends by the handler of SIGUSR1 has to answer. */
static void expect_interruption(struct trial *t) {
  expect_return(t, -1, EINTR);
  expect(t, "the count of handled signals", caught, 1);
  signal(SIGUSR1, SIG_DFL);
  block_usr1(false);
}

/* SIGUSR1 is blocked but during the call, whose mask lets it through: afterwards the old mask must be there again. */
static const sigset_t *let_through(struct trial *t) {
  static sigset_t none;
  sigemptyset(&none);
  catch_usr1();
  block_usr1(true);
  help(t, NULL, send_usr1, NULL);
  return &none;
}

static void ppoll_signal(struct trial *t) {
  const sigset_t *mask = let_through(t);
  BLOCK(t, ppoll(NULL, 0, NULL, mask));
  expect_interruption(t);
}

static void pselect_signal(struct trial *t) {
  const sigset_t *mask = let_through(t);
  BLOCK(t, pselect(0, NULL, NULL, NULL, NULL, mask));
  expect_interruption(t);
}

static void epoll_pwait_signal(struct trial *t) {
  struct epoll_event event;
  int epoll = own(t, epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  const sigset_t *mask = let_through(t);
  BLOCK(t, epoll_pwait(epoll, &event, 1, -1, mask));
  expect_interruption(t);
}

/* A mask of its own that is narrower than the usual one, in a call that nothing interrupts. */
static void ppoll_mask(struct trial *t) {
  sigset_t none;
  sigemptyset(&none);
  block_usr1(true);
  BLOCK(t, ppoll(NULL, 0, RELATIVE(t->duration), &none));
  expect_return(t, 0, 0);
  block_usr1(false);
}

const struct call signal_poll_calls[] = {
    {"ppoll-signal", ppoll_signal},
    {"ppoll-mask", ppoll_mask},
    {"pselect-signal", pselect_signal},
    {"epoll_pwait-signal", epoll_pwait_signal},
    {0},
};

static void call_sigsuspend(struct trial *t) {
  const sigset_t *mask = let_through(t);
  BLOCK(t, sigsuspend(mask));
  expect_interruption(t);
}

static void call_pause(struct trial *t) {
  catch_usr1();
  help(t, NULL, send_usr1, NULL);
  BLOCK(t, pause());
  expect_interruption(t);
}

static sigset_t only_usr1(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  block_usr1(true);
  return set;
}

static void check_info(struct trial *t, const siginfo_t *info) {
  expect_return(t, SIGUSR1, 0);
  expect(t, "si_signo", info->si_signo, SIGUSR1);
  expect(t, "si_value", info->si_value.sival_int, 4711);
  block_usr1(false);
}

static void call_sigwaitinfo(struct trial *t) {
  siginfo_t info = {0};
  sigset_t set = only_usr1();
  help(t, NULL, send_usr1, NULL);
  BLOCK(t, sigwaitinfo(&set, &info));
  check_info(t, &info);
}

static void sigtimedwait_signal(struct trial *t) {
  siginfo_t info = {0};
  sigset_t set = only_usr1();
  help(t, NULL, send_usr1, NULL);
  BLOCK(t, sigtimedwait(&set, &info, RELATIVE(t->duration + 20 * SECOND)));
  check_info(t, &info);
}

static void sigtimedwait_timeout(struct trial *t) {
  siginfo_t info;
  sigset_t set = only_usr1();
  BLOCK(t, sigtimedwait(&set, &info, RELATIVE(t->duration)));
  expect_return(t, -1, EAGAIN);
  block_usr1(false);
}

static void read_signalfd(struct trial *t) {
  struct signalfd_siginfo info = {0};
  sigset_t set = only_usr1();
  int descriptor = own(t, signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
  help(t, NULL, send_usr1, NULL);
  BLOCK(t, read(descriptor, &info, sizeof info));
  expect_return(t, sizeof info, 0);
  expect(t, "ssi_signo", info.ssi_signo, SIGUSR1);
  expect(t, "ssi_int", info.ssi_int, 4711);
  block_usr1(false);
}

const struct call signal_calls[] = {
    {"sigsuspend", call_sigsuspend},
    {"pause", call_pause},
    {"sigwaitinfo", call_sigwaitinfo},
    {"sigtimedwait-signal", sigtimedwait_signal},
    {"sigtimedwait-timeout", sigtimedwait_timeout},
    {"read-signalfd", read_signalfd},
    {0},
};
