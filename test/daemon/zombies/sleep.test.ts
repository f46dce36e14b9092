import { describe, expect, test } from "bun:test";
import { readSleep, sleepOfCall, sleepOfChannel } from "#daemon/zombies/sleep.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Sleep } from "#policy/remedy.ts";
import { eventually } from "../../support/poll.ts";

describe("what a thread sleeps in", () => {
  const rest = "0x7ffc3b372e98 0x7f8c69a26503";
  test.each<[string, string, Sleep]>([
    ["clock_nanosleep", `230 0x0 0x0 0x7ffc3b372ec0 0x7ffc3b372eb0 0x0 0x0 ${rest}`, "resumes"],
    ["epoll_wait for ever", `232 0x4 0x7ffc3b372ec0 0x10 0xffffffff 0x0 0x0 ${rest}`, "resumes"],
    ["epoll_wait for a second", `232 0x4 0x7ffc3b372ec0 0x10 0x3e8 0x0 0x0 ${rest}`, "restarts"],
    ["read", `0 0x3 0x7ffc3b372ec0 0x40 0x0 0x0 0x0 ${rest}`, "believes"],
    ["write", `1 0x1 0x7ffc3b372ec0 0x40 0x0 0x0 0x0 ${rest}`, "elsewhere"],
    ["a lock", `202 0x7ffc3b372ec0 0x80 0x2 0x0 0x0 0x0 ${rest}`, "elsewhere"],
    ["connect", `42 0x3 0x7ffc3b372ec0 0x10 0x0 0x0 0x0 ${rest}`, "elsewhere"],
    ["no call of its own: a worker of io_uring", "426 0x3 0x1 0x0 0x0 0x0 0x0 0x0 0x0", "elsewhere"],
    ["no call", "-1 0x7ffc3b372e98 0x7f8c69a26503", "elsewhere"],
    ["nothing: it runs", "running", "elsewhere"],
    ["what no kernel writes", "230 0x0", "elsewhere"],
  ])("%s", (_, text, sleep) => {
    expect(sleepOfCall(`${text}\n`)).toBe(sleep);
  });

  test.each<[string, Sleep]>([
    ["hrtimer_nanosleep", "resumes"],
    ["poll_schedule_timeout.constprop.0", "resumes"],
    ["sigsuspend.isra.0", "resumes"],
    ["ep_poll", "restarts"],
    ["do_epoll_wait", "restarts"],
    ["futex_wait_queue_me", "unknown"],
    ["anon_pipe_read", "believes"],
    ["anon_pipe_write", "elsewhere"],
    ["inet_stream_connect", "elsewhere"],
    ["do_poll_elsewhere", "elsewhere"],
    ["0", "unknown"],
    ["", "unknown"],
  ])("in the function %p of the kernel, where that alone is told", (name, sleep) => {
    expect(sleepOfChannel(name)).toBe(sleep);
  });

  test.skipIf(process.arch !== "x64")("is read of a thread, and is unknown of one that is gone", async () => {
    const root = procRoot();
    const { pid, kill } = startSleep();
    try {
      await eventually("its sleep", () => readSleep(root, { pid, tid: pid }) === "resumes");
      expect(readSleep(root, { pid, tid: 1 })).toBe("unknown");
    } finally {
      kill();
    }
  });
});

function startSleep() {
  const child = Bun.spawn(["sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
  return { pid: child.pid, kill: () => child.kill("SIGKILL") };
}
