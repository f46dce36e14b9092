/* Waiting for another child, and for locks that another process holds. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

static void exit_with_42(struct trial *t, void *argument) {
  (void)t;
  (void)argument;
  _exit(42);
}

static void call_wait4(struct trial *t) {
  int status = 0;
  struct rusage usage;
  pid_t child = help_as_child(t, exit_with_42, NULL);
  BLOCK(t, wait4(child, &status, 0, &usage));
  expect_return(t, child, 0);
  expect(t, "the status", status, 42 << 8);
}

static void call_waitid(struct trial *t) {
  siginfo_t info = {0};
  pid_t child = help_as_child(t, exit_with_42, NULL);
  BLOCK(t, waitid(P_PID, child, &info, WEXITED));
  expect_return(t, 0, 0);
  expect(t, "si_pid", info.si_pid, child);
  expect(t, "si_code", info.si_code, CLD_EXITED);
  expect(t, "si_status", info.si_status, 42);
}

const struct call process_calls[] = {
    {"wait4-other", call_wait4},
    {"waitid-other", call_waitid},
    {0},
};

static int lock_file(struct trial *t) {
  char name[] = "/tmp/sexton-actor-XXXXXX";
  int file = own(t, mkstemp(name), "mkstemp");
  unlink(name);
  return file;
}

/* Another open file description of the same file; flock(2) and open file description locks belong to that. */
static int open_again(int file) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  return must(open(path, O_RDWR), "open");
}

static void take_flock(struct trial *t, void *file) {
  (void)t;
  must(flock(open_again(*(int *)file), LOCK_EX), "flock");
}

static struct flock whole_file(void) { return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET}; }

static void take_setlk(struct trial *t, void *file) {
  struct flock lock = whole_file();
  (void)t;
  must(fcntl(*(int *)file, F_SETLK, &lock), "F_SETLK");
}

static void take_ofd(struct trial *t, void *file) {
  struct flock lock = whole_file();
  (void)t;
  must(fcntl(open_again(*(int *)file), F_OFD_SETLK, &lock), "F_OFD_SETLK");
}

/* All three kinds of locks end with the process that has them. */
static void let_go(struct trial *t, void *file) {
  (void)t;
  (void)file;
}

static void call_flock(struct trial *t) {
  int file = lock_file(t);
  help(t, take_flock, let_go, &file);
  BLOCK(t, flock(file, LOCK_EX));
  expect_return(t, 0, 0);
}

static void fcntl_setlkw(struct trial *t) {
  int file = lock_file(t);
  struct flock lock = whole_file();
  help(t, take_setlk, let_go, &file);
  BLOCK(t, fcntl(file, F_SETLKW, &lock));
  expect_return(t, 0, 0);
}

static void fcntl_ofd_setlkw(struct trial *t) {
  int file = lock_file(t);
  struct flock lock = whole_file();
  help(t, take_ofd, let_go, &file);
  BLOCK(t, fcntl(file, F_OFD_SETLKW, &lock));
  expect_return(t, 0, 0);
}

const struct call lock_calls[] = {
    {"flock", call_flock},
    {"fcntl-setlkw", fcntl_setlkw},
    {"fcntl-ofd_setlkw", fcntl_ofd_setlkw},
    {0},
};
