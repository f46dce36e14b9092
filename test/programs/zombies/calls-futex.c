/* The waits of pthreads, whose other side is a helper process, and bare futexes. */
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trial.h"

/* Linux 5.16; older headers do not have it. */
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct meeting {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  sem_t semaphore;
  volatile int arrived;
  uint32_t word;
};

static struct meeting *arrange(void) {
  struct meeting *meeting = shared(sizeof *meeting);
  pthread_mutexattr_t mutex;
  pthread_condattr_t condition;
  pthread_mutexattr_init(&mutex);
  pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&meeting->mutex, &mutex);
  pthread_condattr_init(&condition);
  pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
  pthread_condattr_setclock(&condition, CLOCK_MONOTONIC);
  pthread_cond_init(&meeting->condition, &condition);
  sem_init(&meeting->semaphore, 1, 0);
  return meeting;
}

static void signal_condition(struct trial *t, void *argument) {
  struct meeting *meeting = argument;
  (void)t;
  pthread_mutex_lock(&meeting->mutex);
  meeting->arrived = 1;
  pthread_cond_signal(&meeting->condition);
  pthread_mutex_unlock(&meeting->mutex);
}

static void cond_wait(struct trial *t) {
  struct meeting *meeting = arrange();
  help(t, NULL, signal_condition, meeting);
  pthread_mutex_lock(&meeting->mutex);
  BLOCK(t, pthread_cond_wait(&meeting->condition, &meeting->mutex));
  expect_return(t, 0, 0);
  expect(t, "what was waited for", meeting->arrived, 1);
  pthread_mutex_unlock(&meeting->mutex);
}

static void cond_timedwait(struct trial *t) {
  struct meeting *meeting = arrange();
  pthread_mutex_lock(&meeting->mutex);
  BLOCK(t, pthread_cond_timedwait(&meeting->condition, &meeting->mutex, RELATIVE(t->deadline)));
  expect_return(t, ETIMEDOUT, 0);
  pthread_mutex_unlock(&meeting->mutex);
}

static void lock_mutex(struct trial *t, void *meeting) {
  (void)t;
  pthread_mutex_lock(&((struct meeting *)meeting)->mutex);
}

static void unlock_mutex(struct trial *t, void *argument) {
  struct meeting *meeting = argument;
  (void)t;
  meeting->arrived = 1;
  pthread_mutex_unlock(&meeting->mutex);
}

static void mutex_lock(struct trial *t) {
  struct meeting *meeting = arrange();
  help(t, lock_mutex, unlock_mutex, meeting);
  BLOCK(t, pthread_mutex_lock(&meeting->mutex));
  expect_return(t, 0, 0);
  expect(t, "what was waited for", meeting->arrived, 1);
  pthread_mutex_unlock(&meeting->mutex);
}

static void post(struct trial *t, void *meeting) {
  (void)t;
  sem_post(&((struct meeting *)meeting)->semaphore);
}

static void call_sem_wait(struct trial *t) {
  struct meeting *meeting = arrange();
  help(t, NULL, post, meeting);
  BLOCK(t, sem_wait(&meeting->semaphore));
  expect_return(t, 0, 0);
}

static void call_sem_timedwait(struct trial *t) {
  struct meeting *meeting = arrange();
  BLOCK(t, sem_timedwait(&meeting->semaphore, realtime(t->deadline)));
  expect_return(t, -1, ETIMEDOUT);
}

static void *exit_later(void *argument) {
  (void)argument;
  await_deadline();
  return (void *)4711;
}

static void join(struct trial *t) {
  pthread_t thread;
  void *value = NULL;
  help_by_thread(t);
  if (pthread_create(&thread, NULL, exit_later, NULL) != 0) fail("pthread_create");
  BLOCK(t, pthread_join(thread, &value));
  expect_return(t, 0, 0);
  expect(t, "the thread's value", (long)value, 4711);
}

static void wake(struct trial *t, void *argument) {
  struct meeting *meeting = argument;
  (void)t;
  __atomic_store_n(&meeting->word, 2, __ATOMIC_SEQ_CST);
  must(syscall(SYS_futex, &meeting->word, FUTEX_WAKE, 1, NULL, NULL, 0), "FUTEX_WAKE");
}

static void futex_infinite(struct trial *t) {
  struct meeting *meeting = arrange();
  meeting->word = 1;
  help(t, NULL, wake, meeting);
  BLOCK(t, syscall(SYS_futex, &meeting->word, FUTEX_WAIT, 1, NULL, NULL, 0));
  expect_return(t, 0, 0);
  expect(t, "the word", meeting->word, 2);
}

static void futex_timeout(struct trial *t) {
  uint32_t word = 1;
  BLOCK(t, syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, RELATIVE(t->duration), NULL, 0));
  expect_return(t, -1, ETIMEDOUT);
}

static void futex_waitv(struct trial *t) {
  struct meeting *meeting = arrange();
  /* struct futex_waitv: val, uaddr, flags, __reserved; FUTEX_32 is 2. */
  struct { uint64_t value, address; uint32_t flags, reserved; } waiter = {1, (uintptr_t)&meeting->word, 2, 0};
  meeting->word = 2;
  if (syscall(SYS_futex_waitv, &waiter, 1, 0, NULL, 0) == -1 && errno == ENOSYS) unavailable("futex_waitv");
  meeting->word = 1;
  help(t, NULL, wake, meeting);
  BLOCK(t, syscall(SYS_futex_waitv, &waiter, 1, 0, NULL, 0));
  expect_return(t, 0, 0);
}

const struct call futex_calls[] = {
    {"pthread_cond_wait", cond_wait},
    {"pthread_cond_timedwait", cond_timedwait},
    {"pthread_mutex_lock", mutex_lock},
    {"pthread_join", join},
    {"sem_wait", call_sem_wait},
    {"sem_timedwait", call_sem_timedwait},
    {"futex-infinite", futex_infinite},
    {"futex-timeout", futex_timeout},
    {"futex_waitv", futex_waitv},
    {0},
};
