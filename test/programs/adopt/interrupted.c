/*
 * interrupted <epoll_wait|recv|read> [--signals N] [--stay SECONDS]
 *
 * Sleeps in a call without a timeout, while real-time signals that are caught come for it. Each must come once, in its
 * order and with its value, and must find the call as one that has answered EINTR: a handler without SA_RESTART does. Says
 * how many found it as one that is yet to begin, which is a call that was restarted though it should not have been.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "actor.h"

long block(long number, long a, long b, long c, long d);
extern const char after_syscall[];
__asm__(".text\n"
        "block: mov %rdi, %rax; mov %rsi, %rdi; mov %rdx, %rsi; mov %rcx, %rdx; mov %r8, %r10; xor %r8d, %r8d\n"
        "xor %r9d, %r9d; syscall\n"
        "after_syscall: ret");

static volatile int handled, interrupted, restarted, disorder;

static void note(int number, siginfo_t *info, void *context) {
  const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)number;
  handled++;
  disorder += info->si_code != SI_QUEUE || info->si_value.sival_int != handled;
  interrupted += registers[REG_RIP] == (greg_t)after_syscall && registers[REG_RAX] == -EINTR;
  restarted += registers[REG_RIP] == (greg_t)after_syscall - 2;
}

static void send_signals(pid_t to, int count, int64_t stay, int wake) {
  unsigned seed = to;
  for (int i = 1; i <= count; i++) {
    sleep_until(now() + 300000 + rand_r(&seed) % 600000);
    if (sigqueue(to, SIGRTMIN, (union sigval){.sival_int = i}) != 0) _exit(0);
  }
  sleep_until(now() + stay);
  must(write(wake, "x", 1), "write");
  _exit(0);
}

int main(int count, char **values) {
  int ends[2], odd = 0, signals = option(count, values, "--signals", 1000);
  int64_t stay = option(count, values, "--stay", 0.1) * SECOND;
  if (count < 2) return 2;
  sigaction(SIGRTMIN, &(struct sigaction){.sa_sigaction = note, .sa_flags = SA_SIGINFO}, NULL);
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  int epoll = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  struct epoll_event event = {.events = EPOLLIN};
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event), "epoll_ctl");
  /* With a time, so that a receive gives up when it is interrupted. */
  if (strcmp(values[1], "recv") == 0)
    must(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 100}, sizeof(struct timeval)), "");
  pid_t self = getpid();
  char byte;
  make_zombies(2);
  prepare_ready(values[1]);
  if (fork_stranger()) send_signals(self, signals, stay, ends[1]);
  say_prepared();
  for (long returned = 0; returned != 1; odd += returned != 1 && returned != -EINTR)
    returned = strcmp(values[1], "epoll_wait") == 0 ? block(SYS_epoll_wait, epoll, (long)&event, 1, -1)
               : strcmp(values[1], "recv") == 0     ? block(SYS_recvfrom, ends[0], (long)&byte, 1, 0)
                                                    : block(SYS_read, ends[0], (long)&byte, 1, 0);
  say("{\"end\":true,\"handled\":%d,\"interrupted\":%d,\"restarted\":%d,\"disorder\":%d,\"odd\":%d}", handled,
      interrupted, restarted, disorder, odd);
  return 0;
}
