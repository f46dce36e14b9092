/* The parents that are hard to handle. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "actor.h"

struct mode {
  const char *name;
  /* Before there are zombies; NULL: nothing. */
  void (*become)(void);
  /* When they are there. */
  void (*prepare)(void);
  /* Just before the ready line is written, which is all that this one must leave possible. */
  void (*confine)(void);
  /* After it, for about so long; whether all was right. NULL: ticks. */
  bool (*live)(int64_t duration);
};

/* Lists that end with a nameless mode. */
extern const struct mode plain_modes[], seccomp_modes[], waiting_modes[], restless_modes[];

/* The options of the command line. */
extern struct settings {
  char **arguments;
  int zombies;
  int64_t duration;
} settings;

#endif
