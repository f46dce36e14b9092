/*
 * The actors of the conformance suite for init programs, one binary: `actor <name> <arguments>`.
 *
 *   exit N                     ends with the code
 *   die N                      ends by the signal, without a core
 *   pending N -- command...    becomes the command, with the signal blocked and pending
 *   as NAME command...         becomes the command, with another argv[0]
 *   show, witness, orphans, nursery, terminal: see their files
 */
#include "actor.h"

#include <sys/resource.h>

int must(int result, const char *what) {
  if (result >= 0) return result;
  fprintf(stderr, "actor: %s: %s\n", what, strerror(errno));
  _exit(99);
}

int number_of(const char *text) {
  if (text != NULL) return atoi(text);
  fprintf(stderr, "actor: a number is missing\n");
  _exit(99);
}

void become(char **command) {
  execvp(command[0], command);
  must(-1, command[0]);
}

static int die(int number) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(number, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  sigprocmask(SIG_UNBLOCK, &one, NULL);
  kill(getpid(), number);
  return 98;
}

static int pending(char **arguments) {
  int number = number_of(arguments[0]);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  sigprocmask(SIG_BLOCK, &one, NULL);
  kill(getpid(), number);
  become(arguments + 2);
  return 99;
}

static int as(char **arguments) {
  char *program = arguments[1];
  arguments[1] = arguments[0];
  execvp(program, arguments + 1);
  return must(-1, program);
}

int main(int count, char **values) {
  (void)count;
  const char *name = values[1] == NULL ? "" : values[1];
  char **arguments = values + 2;
  if (strcmp(name, "exit") == 0) return number_of(arguments[0]);
  if (strcmp(name, "die") == 0) return die(number_of(arguments[0]));
  if (strcmp(name, "pending") == 0) return pending(arguments);
  if (strcmp(name, "as") == 0) return as(arguments);
  if (strcmp(name, "show") == 0) return show_main(arguments);
  if (strcmp(name, "witness") == 0) return witness_main(arguments);
  if (strcmp(name, "orphans") == 0) return orphans_main(arguments);
  if (strcmp(name, "nursery") == 0) return nursery_main(arguments);
  if (strcmp(name, "terminal") == 0) return terminal_main(arguments);
  fprintf(stderr, "actor: no actor is called \"%s\"\n", name);
  return 99;
}
