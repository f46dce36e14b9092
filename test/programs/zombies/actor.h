/* What the actors share: parents that never wait for their children, and tell in lines of JSON how they fare. */
#ifndef ACTOR_H
#define ACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SECOND 1000000000LL
/* A tick line each 100 ms. */
#define TICK (SECOND / 10)
/* The exit code of an actor whose call this kernel or sandbox does not have. */
#define UNAVAILABLE 77

/* CLOCK_MONOTONIC in ns. */
int64_t now(void);
void sleep_until(int64_t deadline);

/* One line, one write(2): lines of several processes and threads do not mix. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says why on stderr and exits with 1: the actor itself is broken, which is no result. */
void fail(const char *what) __attribute__((noreturn));
/* Says {"unavailable": what} and exits with UNAVAILABLE. */
void unavailable(const char *what) __attribute__((noreturn));
/* A system call whose failure means that the actor is broken. */
long must(long returned, const char *what);

/* fork(2) without copies of what stdio holds. */
pid_t fork_child(void);
/* Forks children that have exited when this returns, each in another way, and that nobody waits for. */
void make_zombies(int count);
/* Forks one child that ends as the number says, which is what kind of end the others have by their order. */
pid_t fork_to_end(int number);
void end_as(int number) __attribute__((noreturn));
/* The wait status of such an end. */
int status_of_end(int number);
/* One more, or one that is no zombie any more. */
void note_zombie(pid_t);
void forget_zombie(pid_t);
/* The line that says that all is set up: {"ready": true, pid, tids, zombies, ends, call}. */
void say_ready(const char *call);
/* Its two halves: the second needs nothing but write(2). */
void prepare_ready(const char *call);
void say_prepared(void);
/* Forks a process that is no child of this one; whether this is it. */
bool fork_stranger(void);
/* How many of the zombies are still there to be waited for. */
int zombies_left(void);

/* Threads beside the main one: each counts rounds, and finds out whether one went wrong. */
void start_threads(int count);
/* Ends them; says how each of them fared; whether all of them fared well. */
bool stop_threads(void);
/* The value of an option among the arguments. */
double option(int count, char **values, const char *name, double otherwise);
/* The ids of all threads of this process, main first, as JSON. */
const char *tids(void);

/* A tick line each 100 ms for so long; the number of those that came more than half a second late. */
int tick_for(int64_t duration);

#endif
