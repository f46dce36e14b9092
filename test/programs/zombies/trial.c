#include "trial.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a trial shares with its helper. */
struct exchange {
  /* When the helper acted; 0: not yet. */
  volatile int64_t acted;
};

static struct exchange *exchange;
/* The deadline goes through this pipe, so that a helper whose actor has died reads its end. */
static int go[2] = {-1, -1};
static sigset_t mask_before;
static int64_t delay_before;

void *shared(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return memory;
}

int own(struct trial *trial, long descriptor, const char *what) {
  must(descriptor, what);
  return trial->owned[trial->owned_count++] = descriptor;
}

void help_by_thread(struct trial *trial) {
  if (exchange == NULL) exchange = shared(sizeof *exchange);
  exchange->acted = 0;
  must(pipe2(go, O_CLOEXEC), "pipe2");
  own(trial, go[0], "pipe2");
  own(trial, go[1], "pipe2");
}

void await_deadline(void) {
  int64_t deadline;
  if (read(go[0], &deadline, sizeof deadline) != sizeof deadline) _exit(0);
  sleep_until(deadline);
  exchange->acted = now();
}

static void be_helper(struct trial *trial, helper_function act, void *argument) {
  close(go[1]);
  await_deadline();
  /* Where the call has gone wrong, nobody may be there any more to let this end. */
  alarm(10);
  act(trial, argument);
  _exit(0);
}

void help(struct trial *trial, helper_function prepare, helper_function act, void *argument) {
  int prepared[2];
  char byte;
  help_by_thread(trial);
  must(pipe2(prepared, O_CLOEXEC), "pipe2");
  if (fork_stranger()) {
    if (prepare != NULL) prepare(trial, argument);
    must(write(prepared[1], "", 1), "write");
    be_helper(trial, act, argument);
  }
  close(prepared[1]);
  if (read(prepared[0], &byte, 1) != 1) fail("the helper could not prepare");
  close(prepared[0]);
}

pid_t help_as_child(struct trial *trial, helper_function act, void *argument) {
  help_by_thread(trial);
  pid_t child = fork_child();
  if (child == 0) be_helper(trial, act, argument);
  return child;
}

/* How long this thread has been runnable and not run: the part of its lateness that other processes explain. */
static int64_t run_delay(void) {
  char text[96] = "";
  long long ran = 0, delay = 0;
  int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) > 0) sscanf(text, "%lld %lld", &ran, &delay);
  close(file);
  return delay;
}

void begin(struct trial *trial) {
  static bool ready;
  trial->wrong[0] = 0;
  trial->timed = go[1] < 0;
  sigprocmask(SIG_SETMASK, NULL, &mask_before);
  if (!ready) say_ready(trial->name);
  ready = true;
  delay_before = run_delay();
  trial->start = now();
  trial->deadline = trial->start + trial->duration;
  if (!trial->timed) must(write(go[1], &trial->deadline, sizeof trial->deadline), "write");
}

static void note(struct trial *trial, const char *what) {
  size_t length = strlen(trial->wrong);
  snprintf(trial->wrong + length, sizeof trial->wrong - length, "%s\"%s\"", length > 0 ? "," : "", what);
}

static void check_signals(struct trial *trial) {
  sigset_t mask, pending;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  sigpending(&pending);
  for (int number = 1; number < NSIG; number++) {
    char text[64];
    snprintf(text, sizeof text, "signal %d is", number);
    if (sigismember(&mask, number) != sigismember(&mask_before, number)) note(trial, strcat(text, " masked otherwise"));
    else if (sigismember(&pending, number) == 1) note(trial, strcat(text, " pending"));
  }
}

void end(struct trial *trial, long returned, int error) {
  int64_t ended = now();
  int64_t delay = run_delay() - delay_before;
  int64_t due = trial->timed ? trial->deadline : exchange->acted;
  bool early = due == 0 || ended < due;
  int64_t late = early || ended - due < delay ? 0 : ended - due - delay;
  trial->returned = returned;
  trial->error = returned == -1 ? error : 0;
  if (early) note(trial, "it returned before its time");
  if (late > trial->slack) note(trial, "it returned late");
  check_signals(trial);
  trial->seconds = (ended - trial->start) / 1e9;
  trial->late_seconds = late / 1e9;
}

void expect(struct trial *trial, const char *what, long found, long wanted) {
  char text[256];
  if (found == wanted) return;
  snprintf(text, sizeof text, "%s is %ld instead of %ld", what, found, wanted);
  note(trial, text);
}

void expect_return(struct trial *trial, long value, int error) {
  trial->expected = value;
  trial->expected_error = error;
  expect(trial, "the return value", trial->returned, value);
  expect(trial, "errno", trial->error, error);
}

void expect_bytes(struct trial *trial, const char *what, const void *found, const void *wanted, size_t size) {
  char text[256];
  if (memcmp(found, wanted, size) == 0) return;
  snprintf(text, sizeof text, "%s differs", what);
  note(trial, text);
}

struct timespec *realtime(int64_t monotonic) {
  static struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  int64_t sum = time.tv_sec * SECOND + time.tv_nsec + monotonic - now();
  time = (struct timespec){.tv_sec = sum / SECOND, .tv_nsec = sum % SECOND};
  return &time;
}

volatile int caught;

static void count_signal(int number) {
  (void)number;
  caught++;
}

void catch_usr1(void) {
  caught = 0;
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = count_signal}, NULL);
}

void block_usr1(bool blocked) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void send_usr1(struct trial *trial, void *argument) {
  (void)argument;
  must(sigqueue(trial->pid, SIGUSR1, (union sigval){.sival_int = 4711}), "sigqueue");
}

void write_word(struct trial *trial, void *descriptor) {
  (void)trial;
  must(write(*(int *)descriptor, WORD, WORD_SIZE), "write");
}

void finish(struct trial *trial) {
  for (int i = 0; i < trial->owned_count; i++) close(trial->owned[i]);
  trial->owned_count = 0;
  go[0] = go[1] = -1;
  trial->ok = trial->wrong[0] == 0;
  say("{\"call\":\"%s\",\"returned\":%ld,\"errno\":%d,\"seconds\":%.6f,\"expected\":%ld,\"expectedErrno\":%d,"
      "\"expectedSeconds\":%.6f,\"lateSeconds\":%.6f,\"ok\":%s,\"wrong\":[%s]}",
      trial->name, trial->returned, trial->error, trial->seconds, trial->expected, trial->expected_error,
      trial->duration / 1e9, trial->late_seconds, trial->ok ? "true" : "false", trial->wrong);
}
