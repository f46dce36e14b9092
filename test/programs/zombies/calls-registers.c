/* Calls by the bare instruction, with a value in every register, the flags and the red zone that must outlive them. */
#include "trial.h"

#if defined(__x86_64__)
#include <asm/prctl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The numbers by which instructions encode them. 2 (rcx), 7 (rsp) and 11 (r11) are unused here. */
enum { rax = 0, rbx = 1, rdx = 3, rsi = 4, rdi = 5, rbp = 6, r8 = 8, r9 = 9, r10 = 10 };
static const char *const names[] = {"rax", "rbx", "", "rdx", "rsi", "rdi", "rbp", "", "r8", "r9", "r10", "", "r12",
                                    "r13", "r14", "r15"};

/* The offsets are in registers.S. */
struct registers {
  uint64_t general[16];
  uint64_t flags;
  uint32_t mxcsr, padding;
  uint16_t x87_control, padding_2[3];
  double x87_top;
  uint64_t red_zone[16];
  uint8_t vectors[16][32];
};
_Static_assert(offsetof(struct registers, vectors) == 288, "registers.S has other offsets");

void call_with_registers(const struct registers *before, struct registers *after, long ymm);

/* Carry, parity, adjust, zero, sign, direction, overflow; bit 1 and interrupts, which are always set. */
enum { all_flags = 0xcd5 | 0x202 };
/* Rounding down, in both units, and all exceptions masked. */
enum { mxcsr_down = 0x3f80, x87_down = 0x077f };

static struct registers before, after;

static void fill(long number, const uint64_t *arguments, int count) {
  static const int order[] = {rdi, rsi, rdx, r10, r8, r9};
  memset(&before, 0, sizeof before);
  memset(&after, 0xee, sizeof after);
  for (int i = 0; i < 16; i++) {
    before.general[i] = 0x5e70000000000000 + 0x0101010101 * (i + 1);
    before.red_zone[i] = 0xded0000000000000 + 0x1010101010 * (i + 1);
    memset(before.vectors[i], 0xa0 + i, sizeof before.vectors[i]);
    before.vectors[i][31] = 0x50 + i;
  }
  before.general[rax] = number;
  for (int i = 0; i < count; i++) before.general[order[i]] = arguments[i];
  before.flags = all_flags;
  before.mxcsr = mxcsr_down;
  before.x87_control = x87_down;
  before.x87_top = 4711.25;
}

static long ymm(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx");
}

static unsigned long base_of(int which) {
  unsigned long base = 0;
  must(syscall(SYS_arch_prctl, which, &base), "arch_prctl");
  return base;
}

static long call_filled(long number, const uint64_t *arguments, int count) {
  fill(number, arguments, count);
  call_with_registers(&before, &after, ymm());
  long answer = after.general[rax];
  if (answer >= 0) return answer;
  errno = -answer;
  return -1;
}

static void compare(struct trial *t) {
  for (int i = 1; i < 16; i++)
    if (names[i][0] != 0) expect(t, names[i], after.general[i], before.general[i]);
  expect(t, "rflags", after.flags, before.flags);
  expect(t, "mxcsr", after.mxcsr, before.mxcsr);
  expect(t, "the control word of the x87", after.x87_control, before.x87_control);
  expect_bytes(t, "the top of the x87's stack", &after.x87_top, &before.x87_top, sizeof after.x87_top);
  expect_bytes(t, "the red zone", after.red_zone, before.red_zone, sizeof after.red_zone);
  for (int i = 0; i < 16; i++) {
    char name[16];
    snprintf(name, sizeof name, "vector %d", i);
    expect_bytes(t, name, after.vectors[i], before.vectors[i], ymm() ? 32 : 16);
  }
}

/* The bases of fs, which glibc has for its threads, and of gs, which is free on this architecture. */
static void block_filled(struct trial *t, long number, const uint64_t *arguments, int count, long value, int error) {
  unsigned long fs = base_of(ARCH_GET_FS), gs = (unsigned long)&before;
  must(syscall(SYS_arch_prctl, ARCH_SET_GS, gs), "ARCH_SET_GS");
  BLOCK(t, call_filled(number, arguments, count));
  expect_return(t, value, error);
  compare(t);
  expect(t, "the base of fs", base_of(ARCH_GET_FS), fs);
  expect(t, "the base of gs", base_of(ARCH_GET_GS), gs);
}

#define ARGUMENTS(...) (const uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)
#define ADDRESS(of) ((uint64_t)(uintptr_t)(of))

static void registers_nanosleep(struct trial *t) {
  block_filled(t, SYS_nanosleep, ARGUMENTS(ADDRESS(RELATIVE(t->duration)), 0), 0, 0);
}

static void registers_futex(struct trial *t) {
  uint32_t word = 1;
  block_filled(t, SYS_futex, ARGUMENTS(ADDRESS(&word), FUTEX_WAIT_PRIVATE, 1, ADDRESS(RELATIVE(t->duration))), -1,
               ETIMEDOUT);
}

static int ends[2];

static void open_helped_pipe(struct trial *t) {
  must(pipe(ends), "pipe");
  own(t, ends[0], "pipe");
  own(t, ends[1], "pipe");
  help(t, NULL, write_word, &ends[1]);
}

static void registers_poll(struct trial *t) {
  open_helped_pipe(t);
  struct pollfd fds = {.fd = ends[0], .events = POLLIN};
  block_filled(t, SYS_poll, ARGUMENTS(ADDRESS(&fds), 1, (uint64_t)-1), 1, 0);
  expect(t, "revents", fds.revents, POLLIN);
}

static void registers_read(struct trial *t) {
  char word[64] = "";
  open_helped_pipe(t);
  block_filled(t, SYS_read, ARGUMENTS(ends[0], ADDRESS(word), sizeof word), WORD_SIZE, 0);
  expect_bytes(t, "the word", word, WORD, WORD_SIZE);
}

static void registers_epoll(struct trial *t) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x5e7061};
  int epoll = own(t, epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  open_helped_pipe(t);
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event), "epoll_ctl");
  memset(&event, 0, sizeof event);
  block_filled(t, SYS_epoll_wait, ARGUMENTS(epoll, ADDRESS(&event), 1, (uint64_t)-1), 1, 0);
  expect(t, "the event's data", event.data.u64, 0x5e7061);
}

const struct call register_calls[] = {
    {"registers-nanosleep", registers_nanosleep},
    {"registers-futex", registers_futex},
    {"registers-poll", registers_poll},
    {"registers-read", registers_read},
    {"registers-epoll_wait", registers_epoll},
    {0},
};
#else
const struct call register_calls[] = {{0}};
#endif
