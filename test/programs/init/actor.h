/* What the actors of the conformance suite for init programs share. Each is `actor <name> <arguments>`. */
#ifndef INIT_ACTOR_H
#define INIT_ACTOR_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ends with a sentence when a call has failed. */
int must(int result, const char *what);
/* A number among the arguments. */
int number_of(const char *text);
/* Becomes another program, whose path is looked for as a shell does. */
void become(char **command);

int show_main(char **arguments);
int witness_main(char **arguments);
int orphans_main(char **arguments);
int nursery_main(char **arguments);
int terminal_main(char **arguments);

#endif
