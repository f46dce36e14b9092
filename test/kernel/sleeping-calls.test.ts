import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EINTR, interruptedCall, sleepingCall } from "#kernel/sleeping-calls.ts";

const call = (number: number) => {
  const found = sleepingCall(number);
  if (!found) throw new Error(`there is no call ${number}`);
  return found;
};
const minusOne = 0xffffffffn;
const pointer = 0x7ffc3b372ec0n;

describe("a timeout begins anew", () => {
  test.each<[string, number, bigint[], boolean]>([
    ["epoll_wait for ever", 232, [4n, pointer, 16n, minusOne, 0n], false],
    ["epoll_wait for ever, by a register of 64 bits", 232, [4n, pointer, 16n, -1n, 0n], false],
    ["epoll_wait for 100 ms", 232, [4n, pointer, 16n, 100n, 0n], true],
    ["epoll_pwait for 100 ms", 281, [4n, pointer, 16n, 100n, 0n], true],
    ["epoll_pwait2 for ever", 441, [4n, pointer, 16n, 0n, 0n], false],
    ["epoll_pwait2 for a time", 441, [4n, pointer, 16n, pointer, 0n], true],
    ["sigwaitinfo", 128, [pointer, 0n, 0n, 8n, 0n], false],
    ["sigtimedwait", 128, [pointer, 0n, pointer, 8n, 0n], true],
    ["io_getevents for ever", 208, [1n, 1n, 1n, pointer, 0n], false],
    ["io_getevents for a time", 208, [1n, 1n, 1n, pointer, pointer], true],
    ["semop", 65, [1n, pointer, 1n, 0n, 0n], false],
    ["semtimedop", 220, [1n, pointer, 1n, pointer, 0n], true],
    ["io_uring_enter", 426, [3n, 0n, 1n, 1n, 0n], false],
    ["io_uring_enter with a time", 426, [3n, 0n, 1n, 9n, pointer], true],
    ["mq_timedreceive, which has an absolute one", 243, [3n, pointer, 8192n, 0n, pointer], false],
    ["recvfrom, whose socket may have one", 45, [3n, pointer, 64n, 0n, 0n], true],
  ])("%s", (_, number, args, anew) => {
    expect(call(number).startsAnew(args)).toBe(anew);
  });
});

describe("better not stopped", () => {
  test.each<[string, number, bigint[], boolean]>([
    ["write", 1, [1n, pointer, 1n, 0n, 0n], true],
    ["read", 0, [1n, pointer, 1n, 0n, 0n], false],
    ["recvfrom", 45, [3n, pointer, 64n, 0x4000n, 0n], false],
    ["recvfrom with MSG_WAITALL", 45, [3n, pointer, 64n, 0x4100n, 0n], true],
    ["recvmsg with MSG_WAITALL", 47, [3n, pointer, 0x100n, 0n, 0n], true],
    ["a lock of glibc's", 202, [pointer, 0x80n, 2n, 0n, 0n], true],
    ["a lock of glibc's between processes", 202, [pointer, 0n, 2n, 0n, 0n], true],
    ["a condition variable of glibc's", 202, [pointer, 0x189n, 2n, 0n, 0n], false],
    ["Go's sleep", 202, [pointer, 0x80n, 0n, 0n, 0n], false],
  ])("%s", (_, number, args, delicate) => {
    expect(call(number).isDelicate(args)).toBe(delicate);
  });
});

describe("an answer of 0 out of nowhere is harmless", () => {
  test.each<[string, number, bigint[], boolean]>([
    ["poll", 7, [pointer, 1n, minusOne, 0n, 0n], true],
    ["read, for which it is the end of the file", 0, [3n, pointer, 1n, 0n, 0n], false],
    ["accept, for which it is a descriptor", 43, [3n, 0n, 0n, 0n, 0n], false],
    ["a condition variable", 202, [pointer, 0x189n, 2n, 0n, 0n], true],
    ["FUTEX_WAIT, whose callers use the arguments again", 202, [pointer, 0x80n, 0n, 0n, 0n], false],
    ["FUTEX_LOCK_PI, for which it is the lock", 202, [pointer, 0x86n, 0n, 0n, 0n], false],
    ["FUTEX_WAIT_REQUEUE_PI, for which it is the lock", 202, [pointer, 0x8bn, 0n, 0n, pointer], false],
  ])("%s", (_, number, args, harmless) => {
    expect(call(number).zeroIsHarmless(args)).toBe(harmless);
  });
});

describe("interruptedCall()", () => {
  test("knows a call by its number and how the kernel means to go on with it", () => {
    expect(interruptedCall(35n, -516n)?.name).toBe("nanosleep");
    expect(interruptedCall(219n, -516n)?.name).toBe("restart_syscall");
    expect(interruptedCall(61n, -512n)?.name).toBe("wait4");
    expect(interruptedCall(232n, EINTR)?.name).toBe("epoll_wait");
  });

  test("leaves a call alone that has ended, that gives up for a signal, and one that nobody has tried", () => {
    expect(interruptedCall(232n, 0n)).toBeNull();
    expect(interruptedCall(0n, 6n)).toBeNull();
    // poll(2) answers EINTR only when a handler is about to run.
    expect(interruptedCall(7n, EINTR)).toBeNull();
    // connect(2)
    expect(interruptedCall(42n, -512n)).toBeNull();
    // Out of any call, and a number that is none.
    fc.assert(fc.property(fc.bigInt(-(2n ** 63n), -1n), (number) => interruptedCall(number, -512n) === null));
    fc.assert(fc.property(fc.bigInt(512n, 2n ** 62n), (number) => interruptedCall(number, -512n) === null));
  });

  test("takes no answer that a program could see, but EINTR", () => {
    fc.assert(
      fc.property(fc.bigInt(-4095n, 4095n), fc.integer({ min: 0, max: 470 }), (answer, number) => {
        const isKernels = [-512n, -513n, -514n, -516n].includes(answer);
        return isKernels || answer === EINTR || interruptedCall(BigInt(number), answer) === null;
      }),
    );
  });
});
