/*
 * sleeper <call> [--threads N] [--zombies N] [--repeat N] [--seconds S] [--after S] [--slack S]; sleeper --list
 *
 * Forks children that it never waits for, blocks in one system call whose answer and time are known, says whether both
 * were right, ticks for a while, and exits with 0 if all went well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

static const struct call *const lists[] = {timer_calls,   poll_calls, signal_poll_calls, read_calls,   write_calls,
                                           futex_calls,   process_calls, lock_calls,     signal_calls, ipc_calls,
                                           aio_calls,     register_calls};

static const struct call *find_call(const char *name) {
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct call *call = lists[i]; call->name != NULL; call++)
      if (strcmp(call->name, name) == 0) return call;
  fprintf(stderr, "no such call: %s\n", name);
  exit(2);
}

static void list_calls(void) {
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const struct call *call = lists[i]; call->name != NULL; call++) puts(call->name);
}

int main(int count, char **values) {
  if (count < 2) return 2;
  if (strcmp(values[1], "--list") == 0) {
    list_calls();
    return 0;
  }
  const struct call *call = find_call(values[1]);
  int repeat = option(count, values, "--repeat", 1);
  struct trial trial = {
      .name = call->name,
      .duration = option(count, values, "--seconds", 1.5) * SECOND,
      .slack = option(count, values, "--slack", 0.3) * SECOND,
      .pid = getpid(),
  };
  make_zombies(option(count, values, "--zombies", 2));
  start_threads(option(count, values, "--threads", 0));
  int wrong = 0;
  for (int i = 0; i < repeat; i++) {
    call->run(&trial);
    finish(&trial);
    wrong += !trial.ok;
  }
  int late = tick_for(option(count, values, "--after", 5) * SECOND);
  bool threads_ok = stop_threads();
  bool ok = wrong == 0 && late == 0 && threads_ok;
  say("{\"end\":true,\"ok\":%s,\"wrongCalls\":%d,\"lateTicks\":%d,\"threadsOk\":%s,\"left\":%d}", ok ? "true" : "false",
      wrong, late, threads_ok ? "true" : "false", zombies_left());
  return ok ? 0 : 1;
}
