/* Reads and writes that block. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "trial.h"

static void open_pair(struct trial *t, int ends[2], bool sockets) {
  must(sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), sockets ? "socketpair" : "pipe");
  own(t, ends[0], "pair");
  own(t, ends[1], "pair");
}

static void expect_word(struct trial *t, const char *word) {
  expect_return(t, WORD_SIZE, 0);
  expect_bytes(t, "the word", word, WORD, WORD_SIZE);
}

static void read_pipe(struct trial *t) {
  char word[64] = "";
  int ends[2];
  open_pair(t, ends, false);
  help(t, NULL, write_word, &ends[1]);
  BLOCK(t, read(ends[0], word, sizeof word));
  expect_word(t, word);
}

static void read_socket(struct trial *t) {
  char word[64] = "";
  int ends[2];
  open_pair(t, ends, true);
  help(t, NULL, write_word, &ends[1]);
  BLOCK(t, read(ends[0], word, sizeof word));
  expect_word(t, word);
}

static void limit_receive(int descriptor, int64_t time) {
  struct timeval value = {.tv_sec = time / SECOND, .tv_usec = time % SECOND / 1000};
  must(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value), "SO_RCVTIMEO");
}

static void recv_timeout(struct trial *t) {
  char word[64];
  int ends[2];
  open_pair(t, ends, true);
  limit_receive(ends[0], t->duration);
  BLOCK(t, recv(ends[0], word, sizeof word, 0));
  expect_return(t, -1, EAGAIN);
}

static void recv_data(struct trial *t) {
  char word[64] = "";
  int ends[2];
  open_pair(t, ends, true);
  limit_receive(ends[0], t->duration + 20 * SECOND);
  help(t, NULL, write_word, &ends[1]);
  BLOCK(t, recv(ends[0], word, sizeof word, 0));
  expect_word(t, word);
}

static void write_rest(struct trial *t, void *descriptor) {
  (void)t;
  must(write(*(int *)descriptor, WORD + 3, WORD_SIZE - 3), "write");
}

/* Half of the data is there when the call begins: an interruption would make it return that. */
static void recv_partial(struct trial *t) {
  char word[WORD_SIZE] = "";
  int ends[2];
  open_pair(t, ends, true);
  must(write(ends[1], WORD, 3), "write");
  help(t, NULL, write_rest, &ends[1]);
  BLOCK(t, recv(ends[0], word, sizeof word, MSG_WAITALL));
  expect_word(t, word);
}

static void connect_to(struct trial *t, void *address) {
  (void)t;
  int client = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  must(connect(client, address, sizeof(sa_family_t) + 6), "connect");
}

/* In the abstract namespace, by a name that the kernel picks: nothing is left in the file system. */
static int listener(struct trial *t, struct sockaddr_un *address) {
  int server = own(t, socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  socklen_t size = sizeof address->sun_family;
  must(bind(server, (struct sockaddr *)address, size), "bind");
  size = sizeof *address;
  must(getsockname(server, (struct sockaddr *)address, &size), "getsockname");
  /* The name is six bytes, the first of them 0; with the whole array it would be another one. */
  if (size != sizeof address->sun_family + 6) fail("getsockname");
  must(listen(server, 1), "listen");
  return server;
}

static void call_accept(struct trial *t) {
  struct sockaddr_un address;
  int server = listener(t, &address);
  help(t, NULL, connect_to, &address);
  int next = must(dup(server), "dup");
  close(next);
  BLOCK(t, accept(server, NULL, NULL));
  expect_return(t, next, 0);
  close(t->returned);
}

static void accept_timeout(struct trial *t) {
  struct sockaddr_un address;
  int server = listener(t, &address);
  limit_receive(server, t->duration);
  BLOCK(t, accept(server, NULL, NULL));
  expect_return(t, -1, EAGAIN);
}

static void add_47(struct trial *t, void *descriptor) {
  (void)t;
  must(write(*(int *)descriptor, &(uint64_t){47}, sizeof(uint64_t)), "write");
}

static void read_eventfd(struct trial *t) {
  uint64_t value = 0;
  int event = own(t, eventfd(0, EFD_CLOEXEC), "eventfd");
  help(t, NULL, add_47, &event);
  BLOCK(t, read(event, &value, sizeof value));
  expect_return(t, sizeof value, 0);
  expect(t, "the value", value, 47);
}

static void read_timerfd(struct trial *t) {
  uint64_t expirations = 0;
  int timer = own(t, timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
  struct itimerspec time = {0};
  BLOCK(t, (time.it_value = *RELATIVE(t->deadline), timerfd_settime(timer, TFD_TIMER_ABSTIME, &time, NULL),
            read(timer, &expirations, sizeof expirations)));
  expect_return(t, sizeof expirations, 0);
  expect(t, "the expirations", expirations, 1);
}

/* A file that is in no folder any more, by a path that leads to it. */
static int nameless_file(struct trial *t, char path[32]) {
  char name[] = "/tmp/sexton-actor-XXXXXX";
  int file = own(t, mkstemp(name), "mkstemp");
  unlink(name);
  snprintf(path, 32, "/proc/self/fd/%d", file);
  return file;
}

static void read_inotify(struct trial *t) {
  struct inotify_event event = {0};
  char path[32];
  int file = nameless_file(t, path);
  int notify = own(t, inotify_init1(IN_CLOEXEC), "inotify_init1");
  int watch = must(inotify_add_watch(notify, path, IN_MODIFY), "inotify_add_watch");
  help(t, NULL, write_word, &file);
  BLOCK(t, read(notify, &event, sizeof event));
  expect_return(t, sizeof event, 0);
  expect(t, "wd", event.wd, watch);
  expect(t, "mask", event.mask, IN_MODIFY);
}

static void write_line(struct trial *t, void *descriptor) {
  (void)t;
  must(write(*(int *)descriptor, WORD "\n", WORD_SIZE + 1), "write");
}

static void read_terminal(struct trial *t) {
  char line[64] = "";
  static int master;
  master = own(t, posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
  if (grantpt(master) != 0 || unlockpt(master) != 0) fail("unlockpt");
  int terminal = own(t, open(ptsname(master), O_RDWR | O_NOCTTY), "open");
  help(t, NULL, write_line, &master);
  BLOCK(t, read(terminal, line, sizeof line));
  expect_return(t, WORD_SIZE + 1, 0);
  expect_bytes(t, "the line", line, WORD "\n", WORD_SIZE + 1);
}

const struct call read_calls[] = {
    {"read-pipe", read_pipe},
    {"read-socket", read_socket},
    {"recv-timeout", recv_timeout},
    {"recv-data", recv_data},
    {"recv-partial", recv_partial},
    {"accept", call_accept},
    {"accept-timeout", accept_timeout},
    {"read-eventfd", read_eventfd},
    {"read-timerfd", read_timerfd},
    {"read-inotify", read_inotify},
    {"read-terminal", read_terminal},
    {0},
};
