/* Linux AIO and io_uring, by their system calls: glibc has neither. */
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trial.h"

static int pipe_ends[2];

static void open_pipe(struct trial *t) {
  must(pipe(pipe_ends), "pipe");
  own(t, pipe_ends[0], "pipe");
  own(t, pipe_ends[1], "pipe");
}

/* A context in which one operation waits for the pipe. */
static aio_context_t aio_context(struct trial *t) {
  aio_context_t context = 0;
  struct iocb operation = {.aio_lio_opcode = IOCB_CMD_POLL, .aio_data = 4711}, *operations[] = {&operation};
  open_pipe(t);
  operation.aio_fildes = pipe_ends[0];
  operation.aio_buf = POLLIN;
  if (syscall(SYS_io_setup, 4, &context) == -1) unavailable("io_setup");
  must(syscall(SYS_io_submit, context, 1, operations), "io_submit");
  return context;
}

static void io_getevents_infinite(struct trial *t) {
  struct io_event event = {0};
  aio_context_t context = aio_context(t);
  help(t, NULL, write_word, &pipe_ends[1]);
  BLOCK(t, syscall(SYS_io_getevents, context, 1, 1, &event, NULL));
  expect_return(t, 1, 0);
  expect(t, "the event's data", event.data, 4711);
  expect(t, "the event's result", event.res & POLLIN, POLLIN);
  syscall(SYS_io_destroy, context);
}

static void io_getevents_timeout(struct trial *t) {
  struct io_event event;
  aio_context_t context = aio_context(t);
  BLOCK(t, syscall(SYS_io_getevents, context, 1, 1, &event, RELATIVE(t->duration)));
  expect_return(t, 0, 0);
  syscall(SYS_io_destroy, context);
}

static void call_io_uring_enter(struct trial *t) {
  struct io_uring_params params = {0};
  open_pipe(t);
  int ring = syscall(SYS_io_uring_setup, 4, &params);
  if (ring == -1) unavailable("io_uring_setup");
  own(t, ring, "io_uring_setup");
  char *rings = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  struct io_uring_sqe *entries =
      mmap(NULL, 1 << 12, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
  if (rings == MAP_FAILED || (void *)entries == MAP_FAILED) unavailable("mmap of the rings");
  memset(entries, 0, sizeof *entries);
  entries[0].opcode = IORING_OP_POLL_ADD;
  entries[0].fd = pipe_ends[0];
  entries[0].poll32_events = POLLIN;
  entries[0].user_data = 4711;
  *(uint32_t *)(rings + params.sq_off.array) = 0;
  __atomic_store_n((uint32_t *)(rings + params.sq_off.tail), 1, __ATOMIC_RELEASE);
  must(syscall(SYS_io_uring_enter, ring, 1, 0, 0, NULL, 0), "io_uring_enter");
  help(t, NULL, write_word, &pipe_ends[1]);
  BLOCK(t, syscall(SYS_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0));
  expect_return(t, 0, 0);
  struct io_uring_cqe *done = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
  expect(t, "the completions", *(uint32_t *)(rings + params.cq_off.tail), 1);
  expect(t, "the completion's data", done->user_data, 4711);
  munmap(rings, 1 << 16);
  munmap(entries, 1 << 12);
}

const struct call aio_calls[] = {
    {"io_getevents-infinite", io_getevents_infinite},
    {"io_getevents-timeout", io_getevents_timeout},
    {"io_uring_enter", call_io_uring_enter},
    {0},
};
