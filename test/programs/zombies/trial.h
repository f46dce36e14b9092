/* One blocking call whose answer and time are known: what it needs around it, and what came of it. */
#ifndef TRIAL_H
#define TRIAL_H

#include <errno.h>
#include <time.h>

#include "actor.h"

struct trial {
  const char *name;
  /* How long the call blocks: its own timeout, or the time after which a helper lets it return. */
  int64_t duration;
  /* How much later it may return than it should, beyond the time that its thread waited for a processor. */
  int64_t slack;
  pid_t pid;
  /* Whether the call ends by its own timeout, so that no helper does it. */
  bool timed;
  /* CLOCK_MONOTONIC: when the call began, when it should return. */
  int64_t start, deadline;
  long returned, expected;
  int error, expected_error;
  double seconds, late_seconds;
  bool ok;
  /* Descriptors that are closed when the trial is over. */
  int owned[16], owned_count;
  char wrong[4096];
};

typedef void (*trial_function)(struct trial *);
typedef void (*helper_function)(struct trial *, void *argument);

struct call {
  const char *name;
  trial_function run;
};

/* Lists that end with a nameless call. */
extern const struct call timer_calls[], poll_calls[], signal_poll_calls[], read_calls[], write_calls[], futex_calls[],
    process_calls[], lock_calls[], signal_calls[], ipc_calls[], aio_calls[], register_calls[];

/* A descriptor, or the end of the actor when there is none; closed after the trial. */
int own(struct trial *, long descriptor, const char *what);

/*
 * A process, no child of this one, that acts at the deadline of the call. What it has to do before the call begins, as
 * to take a lock, is `prepare`.
 */
void help(struct trial *, helper_function prepare, helper_function act, void *argument);
/* The same as a child of this process, which therefore has to be waited for. */
pid_t help_as_child(struct trial *, helper_function act, void *argument);
/* The same as a thread, which calls await_deadline() and then acts. */
void help_by_thread(struct trial *);
void await_deadline(void);

void begin(struct trial *);
void end(struct trial *, long returned, int error);
/* Says what came of it. */
void finish(struct trial *);
/* The call itself. Nothing is done between it and the two that surround it. */
#define BLOCK(trial, call)             \
  do {                                 \
    begin(trial);                      \
    errno = 0;                         \
    long returned_ = (long)(call);     \
    end(trial, returned_, errno);      \
  } while (0)

void expect_return(struct trial *, long value, int error);
void expect(struct trial *, const char *what, long found, long wanted);
void expect_bytes(struct trial *, const char *what, const void *found, const void *wanted, size_t size);

/* For arguments of BLOCK, so that they are made after its beginning. */
#define RELATIVE(ns) (&(struct timespec){.tv_sec = (ns) / SECOND, .tv_nsec = (ns) % SECOND})
/* A time of CLOCK_MONOTONIC on CLOCK_REALTIME. */
struct timespec *realtime(int64_t monotonic);
#define MILLISECONDS(ns) ((int)((ns) / 1000000))

/* Memory that helpers share. */
void *shared(size_t size);
/* Catches SIGUSR1; how many came is in `caught`. */
void catch_usr1(void);
extern volatile int caught;
void block_usr1(bool blocked);
/* Helpers that most calls need: SIGUSR1 with the value 4711 to the actor; the word below into a descriptor. */
void send_usr1(struct trial *, void *);
void write_word(struct trial *, void *descriptor);
#define WORD "sexton"
#define WORD_SIZE 6

#endif
