/*
 * show [arguments, of no meaning]
 *
 * Says in one line of JSON what it was born with. Bytes are in hexadecimal, since arguments and environment may hold any.
 */
#include "actor.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>

extern char **environ;

static void show_bytes(const char *bytes) {
  putchar('"');
  for (; *bytes != '\0'; bytes++) printf("%02x", (unsigned char)*bytes);
  putchar('"');
}

static void show_list(const char *name, char **list) {
  printf("\"%s\":[", name);
  for (int at = 0; list[at] != NULL; at++) {
    if (at > 0) putchar(',');
    show_bytes(list[at]);
  }
  printf("],");
}

/* Each open descriptor: where it leads, and the flags of the open file, which all who share it share. */
static void show_descriptors(int but) {
  printf("\"descriptors\":{");
  int shown = 0;
  for (int fd = 0; fd < 4096; fd++) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fd == but) continue;
    char path[32], target[512];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = '\0';
    printf("%s\"%d\":[", shown++ > 0 ? "," : "", fd);
    show_bytes(target);
    printf(",%d]", flags);
  }
  printf("},");
}

/* A file of /proc/self as it is. */
static void show_file(const char *name) {
  char path[64], text[8192];
  snprintf(path, sizeof path, "/proc/self/%s", name);
  int fd = open(path, O_RDONLY);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  text[length < 0 ? 0 : length] = '\0';
  printf("\"%s\":", name);
  show_bytes(text);
  putchar(',');
}

static void show_terminal(void) {
  struct termios modes;
  if (tcgetattr(0, &modes) < 0) return;
  printf("\"modes\":[%u,%u,%u,%u],", modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag);
}

int show_main(char **arguments) {
  /* Before stdio or anything else opens a descriptor. */
  static char buffer[1 << 20];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  int parent_death = 0;
  prctl(PR_GET_PDEATHSIG, &parent_death);
  mode_t mask = umask(0);
  char folder[4096];
  if (getcwd(folder, sizeof folder) == NULL) folder[0] = '\0';
  putchar('{');
  show_descriptors(-1);
  show_list("arguments", arguments);
  show_list("environment", environ);
  printf("\"folder\":");
  show_bytes(folder);
  printf(",\"umask\":%d,\"nice\":%d,\"parentDeathSignal\":%d,", (int)mask, getpriority(PRIO_PROCESS, 0), parent_death);
  printf("\"dumpable\":%d,\"timerSlack\":%d,", prctl(PR_GET_DUMPABLE), prctl(PR_GET_TIMERSLACK));
  show_terminal();
  show_file("cmdline");
  show_file("status");
  show_file("limits");
  show_file("oom_score_adj");
  printf("\"pid\":%d,\"parent\":%d,\"group\":%d,\"session\":%d,\"foreground\":%d}\n", getpid(), getppid(), getpgrp(),
         getsid(0), tcgetpgrp(0));
  fflush(stdout);
  return 0;
}
