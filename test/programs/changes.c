/*
 * changes
 *
 * Changes itself by what it is told in lines, and says "done" after each.
 *   title TEXT   over its arguments and as much of the environment as it takes, as setproctitle(3) does
 *   name TEXT    by prctl(2)
 *   hide         from whoever has the same user, by prctl(2)
 *   exec ...     execvp(3); then it says nothing, since it is another program
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char **environ;

static char *start, *end;

/* Arguments and environment lie one behind the other, on every Linux. */
static void find_room(int argc, char **argv) {
  start = argv[0];
  end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
  for (char **each = environ; *each == end; each++) end += strlen(*each) + 1;
}

static void set_title(const char *title) {
  size_t room = end - start;
  memset(start, 0, room);
  memcpy(start, title, strnlen(title, room - 1));
}

static void execute(char *line) {
  char *args[16];
  int count = 0;
  for (char *word = strtok(line, " "); word && count < 15; word = strtok(NULL, " ")) args[count++] = word;
  args[count] = NULL;
  execvp(args[0], args);
  perror("execvp");
}

int main(int argc, char **argv) {
  char line[256];

  find_room(argc, argv);
  setvbuf(stdout, NULL, _IOLBF, 0);
  // What comes after an exec is for the next program.
  setvbuf(stdin, NULL, _IONBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "title ", 6) == 0) set_title(line + 6);
    else if (strncmp(line, "name ", 5) == 0) prctl(PR_SET_NAME, line + 5);
    else if (strcmp(line, "hide") == 0) prctl(PR_SET_DUMPABLE, 0);
    else if (strncmp(line, "exec ", 5) == 0) execute(line + 5);
    puts("done");
  }
  return 0;
}
