/*
 * bits-32: ticks for two seconds.
 *
 * A parent of another architecture than its tracer: i386, by int $0x80. It has no C library, so that a compiler without
 * one for 32 bits can make it.
 */
enum { sys_exit = 1, sys_fork = 2, sys_write = 4, sys_getpid = 20, sys_nanosleep = 162, sys_waitid = 284 };
enum { p_pid = 1, wexited = 4, wnowait = 0x01000000 };

static long call(long number, long a, long b, long c, long d, long e) {
  long returned;
  __asm__ volatile("int $0x80" : "=a"(returned) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
  return returned;
}

static char line[256];
static int length;

static void add(const char *text) {
  while (*text != 0) line[length++] = *text++;
}

static void add_number(unsigned number) {
  if (number >= 10) add_number(number / 10);
  line[length++] = '0' + number % 10;
}

static void say(void) {
  line[length++] = '\n';
  call(sys_write, 1, (long)line, length, 0, 0);
  length = 0;
}

static void live(void) {
  int info[32];
  unsigned pid = call(sys_getpid, 0, 0, 0, 0, 0);
  unsigned child = call(sys_fork, 0, 0, 0, 0, 0);
  if (child == 0) call(sys_exit, 7, 0, 0, 0, 0);
  call(sys_waitid, p_pid, child, (long)info, wexited | wnowait, 0);
  add("{\"ready\":true,\"pid\":"), add_number(pid), add(",\"tids\":["), add_number(pid);
  add("],\"zombies\":["), add_number(child), add("],\"ends\":[{\"exitCode\":7}],\"call\":\"bits-32\"}");
  say();
  int wrong = 0;
  for (unsigned tick = 1; tick <= 20; tick++) {
    long time[2] = {0, 100000000};
    wrong |= call(sys_nanosleep, (long)time, 0, 0, 0, 0) != 0;
    add("{\"tick\":"), add_number(tick), add("}");
    say();
  }
  add(wrong ? "{\"end\":true,\"ok\":false}" : "{\"end\":true,\"ok\":true}");
  say();
  call(sys_exit, wrong, 0, 0, 0, 0);
}

void _start(void) { live(); }
