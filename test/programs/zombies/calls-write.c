/* Writes that wait for a reader, and the opening of a FIFO. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

enum { page = 4096, pages = 16 };

/* A pipe of one page. */
static int *small_pipe(struct trial *t) {
  static int ends[2];
  must(pipe(ends), "pipe");
  own(t, ends[0], "pipe");
  own(t, ends[1], "pipe");
  must(fcntl(ends[1], F_SETPIPE_SZ, page), "F_SETPIPE_SZ");
  return ends;
}

static void check_page(struct trial *t, int descriptor, char wanted) {
  static char found[page], full[page];
  memset(full, wanted, page);
  expect(t, "what was read", read(descriptor, found, page), page);
  expect_bytes(t, "the page", found, full, page);
}

static void drain_page(struct trial *t, void *descriptor) { check_page(t, *(int *)descriptor, 'x'); }

static void write_pipe(struct trial *t) {
  char bytes[page];
  int *ends = small_pipe(t);
  memset(bytes, 'x', page);
  must(write(ends[1], bytes, page), "write");
  memset(bytes, 'y', page);
  help(t, NULL, drain_page, &ends[0]);
  BLOCK(t, write(ends[1], bytes, page));
  expect_return(t, page, 0);
  check_page(t, ends[0], 'y');
}

static void drain_pages(struct trial *t, void *descriptor) {
  for (int i = 0; i < pages - 1; i++) check_page(t, *(int *)descriptor, 'a' + i);
}

/* The first page is written when the call begins to wait: an interruption would make it return that. */
static void write_partial(struct trial *t) {
  static char bytes[pages * page];
  int *ends = small_pipe(t);
  for (int i = 0; i < pages; i++) memset(bytes + i * page, 'a' + i, page);
  help(t, NULL, drain_pages, &ends[0]);
  BLOCK(t, write(ends[1], bytes, sizeof bytes));
  expect_return(t, sizeof bytes, 0);
  check_page(t, ends[0], 'a' + pages - 1);
}

static void open_for_writing(struct trial *t, void *path) {
  (void)t;
  must(open(path, O_WRONLY), "open");
}

static void open_fifo(struct trial *t) {
  char folder[] = "/tmp/sexton-actor-XXXXXX", name[64], path[32];
  if (mkdtemp(folder) == NULL) fail("mkdtemp");
  snprintf(name, sizeof name, "%s/fifo", folder);
  must(mkfifo(name, 0600), "mkfifo");
  int fifo = own(t, open(name, O_PATH), "open");
  /* The path through the descriptor stays when the name is gone, so that nothing is left if this process is killed. */
  unlink(name);
  rmdir(folder);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fifo);
  help(t, NULL, open_for_writing, path);
  int next = must(dup(fifo), "dup");
  close(next);
  BLOCK(t, open(path, O_RDONLY));
  expect_return(t, next, 0);
  close(t->returned);
}

const struct call write_calls[] = {
    {"write-pipe", write_pipe},
    {"write-partial", write_partial},
    {"open-fifo", open_fifo},
    {0},
};
