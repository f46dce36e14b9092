/* The threads beside the main one: in a futex, in epoll, hammering malloc, in short sleeps. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actor.h"

enum { max_threads = 64 };

struct thread {
  pthread_t pthread;
  pid_t tid;
  const char *kind;
  long rounds;
  /* What went wrong first; NULL: nothing. */
  const char *wrong;
};

static struct thread threads[max_threads];
static int count;
static atomic_int stop;
static int stop_event;
static pthread_barrier_t started;

/* One endless wait: nothing but the end may wake it. */
static void wait_in_futex(struct thread *self) {
  long returned = syscall(SYS_futex, &stop, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  /* The end may have come before the wait began. */
  if (returned == -1 && errno != EAGAIN) self->wrong = errno == EINTR ? "futex: EINTR" : "futex: failed";
  else if (stop == 0) self->wrong = "futex: woken by nobody";
  self->rounds = 1;
}

static void wait_in_epoll(struct thread *self) {
  int epoll = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x5e70};
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, stop_event, &event), "epoll_ctl");
  memset(&event, 0, sizeof event);
  int returned = epoll_wait(epoll, &event, 1, -1);
  if (returned != 1) self->wrong = errno == EINTR ? "epoll_wait: EINTR" : "epoll_wait: failed";
  else if (event.data.u64 != 0x5e70 || stop == 0) self->wrong = "epoll_wait: a wrong event";
  self->rounds = 1;
  close(epoll);
}

/* Keeps blocks that it fills and finds filled; pauses at times, so that a machine of two cores has time for others. */
static void hammer_malloc(struct thread *self) {
  enum { blocks = 64 };
  struct { unsigned char *bytes; size_t size; } kept[blocks] = {0};
  unsigned seed = self->tid;
  while (stop == 0) {
    for (int i = 0; i < 2000; i++) {
      int at = rand_r(&seed) % blocks;
      for (size_t byte = 0; byte < kept[at].size; byte++)
        if (kept[at].bytes[byte] != (unsigned char)(at + byte)) self->wrong = "malloc: a block has changed";
      free(kept[at].bytes);
      kept[at].size = rand_r(&seed) % 3 == 0 ? 0 : 1 + rand_r(&seed) % 400;
      kept[at].bytes = malloc(kept[at].size);
      for (size_t byte = 0; byte < kept[at].size; byte++) kept[at].bytes[byte] = at + byte;
    }
    self->rounds++;
    usleep(3000);
  }
  for (int i = 0; i < blocks; i++) free(kept[i].bytes);
}

static void sleep_shortly(struct thread *self) {
  while (stop == 0) {
    int64_t start = now();
    struct timespec time = {.tv_nsec = 20 * 1000 * 1000};
    if (nanosleep(&time, NULL) != 0) self->wrong = "nanosleep: EINTR";
    else if (now() - start < 20 * 1000 * 1000) self->wrong = "nanosleep: early";
    self->rounds++;
  }
}

static const struct { const char *name; void (*run)(struct thread *); } kinds[] = {
    {"futex", wait_in_futex}, {"epoll", wait_in_epoll}, {"malloc", hammer_malloc}, {"sleep", sleep_shortly}};
enum { kinds_count = sizeof kinds / sizeof *kinds };

static void *run(void *argument) {
  struct thread *self = argument;
  self->tid = syscall(SYS_gettid);
  int kind = (self - threads) % kinds_count;
  self->kind = kinds[kind].name;
  pthread_barrier_wait(&started);
  kinds[kind].run(self);
  return NULL;
}

void start_threads(int wanted) {
  if (wanted > max_threads) wanted = max_threads;
  stop_event = must(eventfd(0, EFD_CLOEXEC), "eventfd");
  pthread_barrier_init(&started, NULL, wanted + 1);
  /* Signals are for the main thread. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (count = 0; count < wanted; count++)
    if (pthread_create(&threads[count].pthread, NULL, run, &threads[count]) != 0) fail("pthread_create");
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_barrier_wait(&started);
}

bool stop_threads(void) {
  static char lines[max_threads * 96];
  int length = 0;
  bool right = true;
  stop = 1;
  syscall(SYS_futex, &stop, FUTEX_WAKE_PRIVATE, max_threads, NULL, NULL, 0);
  must(write(stop_event, &(uint64_t){1}, sizeof(uint64_t)), "write");
  for (int i = 0; i < count; i++) {
    struct thread *thread = &threads[i];
    pthread_join(thread->pthread, NULL);
    right &= thread->wrong == NULL;
    length += snprintf(lines + length, sizeof lines - length, "%s{\"kind\":\"%s\",\"rounds\":%ld,\"wrong\":\"%s\"}",
                       i > 0 ? "," : "", thread->kind, thread->rounds, thread->wrong ? thread->wrong : "");
  }
  say("{\"threads\":[%s]}", lines);
  return right;
}

const char *tids(void) {
  static char list[max_threads * 12 + 16];
  int length = snprintf(list, sizeof list, "[%d", getpid());
  for (int i = 0; i < count; i++) length += snprintf(list + length, sizeof list - length, ",%d", threads[i].tid);
  snprintf(list + length, sizeof list - length, "]");
  return list;
}
