/* Parents that are never at rest: signals, threads that come and go, one program after the other. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

static volatile int handled;

static void count_signal(int number) {
  (void)number;
  handled++;
}

static volatile struct {
  int sent, over;
} *storm;

/* Signals at 2 kHz, whose handler counts them, through alternating pause(2) and nanosleep(2). */
static bool live_in_storm(int64_t duration, int number, bool all) {
  pid_t self = getpid();
  int64_t start = now(), tick = 0;
  storm = mmap(NULL, sizeof *storm, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (storm == MAP_FAILED) fail("mmap");
  sigaction(number, &(struct sigaction){.sa_handler = count_signal}, NULL);
  if (fork_stranger()) {
    /* Beyond the end, so that the last pause does end. */
    for (int64_t next = start; next < start + duration + SECOND / 5; next += SECOND / 2000) {
      sleep_until(next);
      /* A full queue says EAGAIN. */
      while (sigqueue(self, number, (union sigval){.sival_int = storm->sent + 1}) != 0)
        if (errno != EAGAIN) _exit(0);
      storm->sent++;
    }
    storm->over = 1;
    _exit(0);
  }
  bool ok = true;
  for (int round = 0; now() - start < duration; round++) {
    struct timespec time = {.tv_nsec = 1000 * 1000};
    int returned = round % 2 == 0 ? pause() : nanosleep(&time, NULL);
    ok &= returned == 0 ? round % 2 == 1 : errno == EINTR;
    if (now() - start >= (tick + 1) * TICK) say("{\"tick\":%lld}", (long long)++tick);
  }
  /* A signal may be on its way still. */
  for (int64_t last = now() + 5 * SECOND; !storm->over || (all && handled < storm->sent);) {
    if (now() > last) break;
    sleep_until(now() + SECOND / 1000);
  }
  say("{\"sent\":%d,\"handled\":%d}", storm->sent, handled);
  return ok && handled > 0 && (all ? handled == storm->sent : handled <= storm->sent);
}

/* Standard signals coalesce, so that less may be handled than was sent. */
static bool live_storm(int64_t duration) { return live_in_storm(duration, SIGUSR1, false); }
/* Real-time signals are queued: not one may be lost, nor come twice. */
static bool live_storm_realtime(int64_t duration) { return live_in_storm(duration, SIGRTMIN, true); }

/* Never sleeps: most of its time is in the kernel. */
static bool be_busy(int64_t duration) {
  int64_t start = now();
  pid_t parent = getppid();
  bool ok = true;
  for (int64_t tick = 0; now() - start < duration;) {
    for (int i = 0; i < 1000; i++) ok &= syscall(SYS_getppid) == parent;
    if (now() - start >= (tick + 1) * TICK) say("{\"tick\":%lld}", (long long)++tick);
  }
  return ok;
}

static void *sleep_and_end(void *argument) {
  struct timespec time = {.tv_nsec = 3 * 1000 * 1000};
  return nanosleep(&time, NULL) == 0 ? argument : NULL;
}

/* Threads of which each lives for 3 ms. */
static bool churn_threads(int64_t duration) {
  int64_t start = now();
  bool ok = true;
  for (int64_t tick = 0; now() - start < duration;) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) ok &= pthread_create(&threads[i], NULL, sleep_and_end, (void *)4711) == 0;
    for (int i = 0; i < 4; i++) {
      void *value;
      ok &= pthread_join(threads[i], &value) == 0 && value == (void *)4711;
    }
    if (now() - start >= (tick + 1) * TICK) say("{\"tick\":%lld}", (long long)++tick);
  }
  return ok;
}

/* Becomes another program, this one, each 10 ms: its addresses change under whoever has looked at them. */
static bool exec_again(int64_t duration) {
  static char round[16], started[32], seconds[32];
  int count = 0;
  while (settings.arguments[count] != NULL) count++;
  int rounds = option(count, settings.arguments, "--round", 0);
  int64_t start = rounds > 0 ? option(count, settings.arguments, "--start", 0) * 1000 : now();
  int64_t before = now() - start;
  sleep_until(now() + SECOND / 100);
  int64_t since = now() - start;
  if (since / TICK > before / TICK) say("{\"tick\":%lld}", (long long)(since / TICK));
  if (since >= duration) {
    say("{\"execs\":%d}", rounds);
    return true;
  }
  snprintf(round, sizeof round, "%d", rounds + 1);
  snprintf(started, sizeof started, "%lld", (long long)start / 1000);
  snprintf(seconds, sizeof seconds, "%f", duration / 1e9);
  char *arguments[] = {settings.arguments[0], "exec", "--round", round, "--start", started, "--seconds", seconds, NULL};
  must(execv("/proc/self/exe", arguments), "execv");
  return false;
}

const struct mode restless_modes[] = {
    {.name = "storm", .live = live_storm},
    {.name = "storm-realtime", .live = live_storm_realtime},
    {.name = "busy", .live = be_busy},
    {.name = "churn", .live = churn_threads},
    {.name = "exec", .live = exec_again},
    {0},
};
