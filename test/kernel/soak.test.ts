import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, realpathSync } from "node:fs";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { createPidfdSet } from "#kernel/epoll.ts";
import { errno } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { closePidfd, type Pidfd, pidfdExitStatus, pidfdOpen, pidfdOwner, pidfdSendSignal } from "#kernel/pidfd.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(60_000);

/*
 * Buffers that C writes to have gone stale once the calls around them were compiled, after hundreds of right answers
 * (oven-sh/bun#32054). So every path over FFI runs often enough to be compiled by every tier, while other work makes
 * the collector run, and every answer is compared.
 */
const rounds = 100_001;
const path = "test/fixtures/proc/nginx-under-shell";
const captured = procRoot(path);

/** Allocates what the collector takes soon. */
function litter(round: number): void {
  if (round % 64 === 0) Array.from({ length: 64 }, (_, index) => new Uint8Array(128 + index));
}

describe.skipIf(libc === null)("over 100,000 calls give the right answer, each of them", () => {
  test("openat, read, close: two files by turns, and one that is missing", () => {
    const files = [2, 12].map((pid) => ({ pid, expected: readFileSync(`${path}/${pid}/stat`) }));
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const { pid, expected } = files[round & 1] as (typeof files)[number];
      const bytes = captured.read(pid, "stat");
      if (typeof bytes === "symbol" || expected.compare(bytes) !== 0) wrong++;
      if (round % 10 === 0 && captured.read(pid, "nothing") !== gone) wrong++;
      litter(round);
    }
    expect(wrong).toBe(0);
  });

  test("lseek, getdents64: the listing of a folder", () => {
    const expected = captured.pids().join();
    expect(expected.split(",")).toHaveLength(10);
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      if (captured.pids().join() !== expected) wrong++;
      litter(round);
    }
    expect(wrong).toBe(0);
  });

  test("clock_gettime: a clock that moves on and never back", () => {
    const first = bootTimeMs(captured);
    let [last, wrong, steps] = [first, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const now = bootTimeMs(captured);
      if (now < last || now - first > 60_000) wrong++;
      if (now > last) steps++;
      last = now;
      litter(round);
    }
    expect(wrong).toBe(0);
    // A stale buffer would show the same moment again and again.
    expect(steps).toBeGreaterThan(rounds / 2);
  });

  test("pidfd_open, pidfd_send_signal, ioctl, errno: one process alive, one collected, one that never was", async () => {
    const child = Bun.spawn(["sh", "-c", "read line; exit 7"], { stdin: "pipe" });
    const dead = pidfdOpen(child.pid) as Pidfd;
    child.stdin.end();
    await child.exited;
    const status = pidfdExitStatus(dead);
    const self = pidfdOpen(process.pid) as Pidfd;
    const owner = pidfdOwner(self);
    closePidfd(self);
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const alive = pidfdOpen(process.pid) as Pidfd;
      if (typeof alive !== "number" || pidfdSendSignal(alive, 0) !== "sent" || pidfdExitStatus(alive) !== null) wrong++;
      if (pidfdOwner(alive)?.gid !== owner?.gid) wrong++;
      closePidfd(alive);
      if (pidfdOpen(4_194_304) !== "gone" || pidfdSendSignal(dead, 0) !== "gone") wrong++;
      if (pidfdExitStatus(dead) !== status) wrong++;
      litter(round);
    }
    closePidfd(dead);
    expect(wrong).toBe(0);
    expect([7 << 8, null]).toContain(status);
  });

  test("memory(): what C writes is what JavaScript reads, in the smallest of buffers", () => {
    const c = libc as NonNullable<typeof libc>;
    const [one, other] = [memory(16), memory(16)];
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const target = round & 1 ? one : other;
      target.bytes.fill(0xff);
      c.clock_gettime(7, target.pointer as never);
      if (target.view.getBigInt64(8, true) >= 1_000_000_000n || target.buffer[15] !== 0) wrong++;
      if (c.close(-1) !== -1 || lastErrno() === errno.EINVAL || lastErrno() === 0) wrong++;
      litter(round);
    }
    expect(wrong).toBe(0);
  });

  test("readlinkat: two links by turns, and one that is missing", () => {
    const root = procRoot();
    const expected = { exe: realpathSync("/proc/self/exe"), cwd: process.cwd() };
    const names = ["exe", "cwd"] as const;
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const name = names[round & 1] ?? "exe";
      if (root.readLink("self", name) !== expected[name]) wrong++;
      if (round % 10 === 0 && root.readLink("self", "nothing") !== gone) wrong++;
      litter(round);
    }
    expect(wrong).toBe(0);
  });

  test("epoll_ctl, epoll_wait: the key of a process that has ended, each time", async () => {
    const child = Bun.spawn(["true"], { stdio: ["ignore", "ignore", "ignore"] });
    const pidfd = pidfdOpen(child.pid) as Pidfd;
    await child.exited;
    const set = createPidfdSet();
    if (!set) throw new Error("there is no epoll set");
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      if (round === 0 && !set.add(pidfd, 77)) wrong++;
      const taken = set.take();
      // Edge-triggered: told once, and nothing after that.
      if (taken.length !== (round === 0 ? 1 : 0)) wrong++;
      if (taken.some(({ key, collected }) => key !== 77 || !collected)) wrong++;
      litter(round);
    }
    expect(wrong).toBe(0);
    closePidfd(pidfd);
    set.close();
  });
});
