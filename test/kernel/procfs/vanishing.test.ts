import { expect, setDefaultTimeout, test } from "bun:test";
import { readCgroup } from "#kernel/procfs/cgroup.ts";
import { readCmdline } from "#kernel/procfs/cmdline.ts";
import { readFdCount } from "#kernel/procfs/fd-count.ts";
import { readIo } from "#kernel/procfs/io.ts";
import { readLimits } from "#kernel/procfs/limits.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { gone, unavailable } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { eventually } from "../../support/poll.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(30_000);

const root = procRoot();
const readers: Readonly<Record<string, (pid: number) => unknown>> = {
  stat: (pid) => readStat(root, pid),
  status: (pid) => readStatus(root, pid),
  cmdline: (pid) => readCmdline(root, pid),
  cgroup: (pid) => readCgroup(root, pid),
  limits: (pid) => readLimits(root, pid),
  io: (pid) => readIo(root, pid),
  mountinfo: (pid) => readMountinfo(root, pid),
  fd: (pid) => readFdCount(root, pid),
  exe: (pid) => root.readLink(pid, "exe"),
  task: (pid) => root.names(pid, "task"),
};

test("every reader says gone for a process that has ended and was collected", async () => {
  const child = Bun.spawn(["cat"], { stdin: "pipe" });
  const alive = Object.values(readers).map((read) => read(child.pid));
  expect(alive).not.toContain(gone);
  expect(alive).not.toContain(null);
  child.kill("SIGKILL");
  await child.exited;
  for (const [file, read] of Object.entries(readers)) expect([file, read(child.pid)]).toEqual([file, gone]);
});

test("no reader throws or gives garbage while processes come and go", async () => {
  const spinner = Bun.spawn(["sh", "-c", "while :; do true & /bin/true; done"], { stdout: "ignore", stderr: "ignore" });
  const vanished = new Map<string, number>();
  try {
    await eventually("each file to have vanished between the listing and the reading", () => {
      for (const pid of root.pids()) {
        if (pid <= spinner.pid) continue;
        for (const [file, read] of Object.entries(readers)) {
          const value = read(pid);
          expect(value).not.toBeNull();
          if (value === gone) vanished.set(file, (vanished.get(file) ?? 0) + 1);
          if (file === "stat" && typeof value === "object") expect((value as ProcStat).pid).toBe(pid);
        }
      }
      return vanished.size === Object.keys(readers).length;
    });
  } finally {
    spinner.kill("SIGKILL");
    await spinner.exited;
  }
});

test("a zombie has a state, a status and limits, but no command line and no mounts", async () => {
  // The shell starts a child and turns into a program that never waits for it.
  const parent = Bun.spawn(["sh", "-c", "(exit 7) & exec cat"], { stdin: "pipe", stdout: "ignore" });
  try {
    const zombie = await eventually("the zombie", () =>
      root.pids().find((pid) => {
        const stat = readStat(root, pid);
        return typeof stat === "object" && stat?.ppid === parent.pid && stat.state === "Z";
      }),
    );
    expect(readStat(root, zombie)).toMatchObject({ exitCode: 7 << 8, rssPages: 0 });
    expect(readStatus(root, zombie)).toMatchObject({ tgid: zombie });
    expect(readCmdline(root, zombie)).toMatchObject({ args: [] });
    expect(readMountinfo(root, zombie)).toBe(unavailable);
    expect(root.readLink(zombie, "exe")).toBe(gone);
  } finally {
    parent.kill("SIGKILL");
    await parent.exited;
  }
});

test.each([
  ["parentheses", ") R 1 (", ") R 1 ("],
  ["a newline", "a\\nb", "a\nb"],
  ["bytes that are not UTF-8", "\\377\\376", "\ufffd\ufffd"],
  ["nothing", "\\0", ""],
  ["nothing but parentheses", "((()))", "((()))"],
])("a living process called by %s is read with all its fields", async (_, written, comm) => {
  const child = Bun.spawn(["sh", "-c", `printf '${written}' > /proc/$$/comm; echo; read x`], {
    stdin: "pipe",
    stdout: "pipe",
  });
  try {
    await child.stdout.getReader().read();
    expect(readStat(root, child.pid)).toMatchObject({ pid: child.pid, comm, ppid: process.pid, threads: 1 });
    expect(readStatus(root, child.pid)).toMatchObject({ tgid: child.pid });
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
});
