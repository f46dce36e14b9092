/*
 * orphans N
 *
 * Makes so many orphans, which end at once, and says when those whom its own parent adopted have been collected:
 * "left <zombies>", 0 when all is well, after a deadline the number that nobody has collected.
 */
#include "actor.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/wait.h>
#include <time.h>

enum { seconds = 60 };

/* Children of a process, all but this one. */
static int children_of(pid_t parent) {
  DIR *proc = opendir("/proc");
  if (proc == NULL) return -1;
  int found = 0;
  for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid()) continue;
    char path[300], text[512];
    snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
    FILE *file = fopen(path, "r");
    if (file == NULL) continue;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    char *rest = strrchr(text, ')');
    if (rest != NULL && atoi(rest + 4) == parent) found++;
  }
  closedir(proc);
  return found;
}

int orphans_main(char **arguments) {
  int wanted = number_of(arguments[0]);
  for (int made = 0; made < wanted; made++) {
    pid_t between = must(fork(), "fork");
    if (between == 0) {
      if (must(fork(), "fork") == 0) {
        /* Half of them end as orphans, half may have ended before they are. */
        if (made % 2 == 0) while (getppid() == getpid() - 1) usleep(100);
        _exit(0);
      }
      _exit(0);
    }
    must(waitpid(between, NULL, 0), "waitpid");
  }
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int left;
  do {
    left = children_of(getppid());
    if (left != 0) usleep(10000);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (left != 0 && now.tv_sec - start.tv_sec < seconds);
  printf("left %d\n", left);
  return 0;
}
