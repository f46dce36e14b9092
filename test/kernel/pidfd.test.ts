import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  closePidfd,
  killProcess,
  type Pidfd,
  pidfdExitStatus,
  pidfdOpen,
  pidfdOwner,
  pidfdSendSignal,
} from "#kernel/pidfd.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { kernelIsAtLeast } from "../support/kernel-version.ts";
import { eventually } from "../support/poll.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(30_000);

const root = procRoot();
const nobodyHasIt = 4_194_304;
const asRoot = process.geteuid?.() === 0;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function open(pid: number): Pidfd {
  const pidfd = pidfdOpen(pid);
  if (typeof pidfd === "string") throw new Error(`pidfd_open of ${pid}: ${pidfd}`);
  cleanups.push(() => closePidfd(pidfd));
  return pidfd;
}

/** A child that runs a script once its stdin ends, so that a pidfd can be had before it does. */
function start(script: string) {
  const child = Bun.spawn(["sh", "-c", `read line; ${script}`], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  return child;
}

/** A process that has exited with 7 and whose parent never waits for it. */
async function startZombie(): Promise<number> {
  const parent = Bun.spawn(["sh", "-c", "(exit 7) & exec cat"], { stdin: "pipe", stdout: "ignore" });
  cleanups.push(async () => {
    parent.kill("SIGKILL");
    await parent.exited;
  });
  return eventually("the zombie", () => {
    const [child] = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").split(" ");
    const stat = child ? readStat(root, Number(child)) : null;
    return typeof stat === "object" && stat?.state === "Z" ? stat.pid : null;
  });
}

describe("pidfdOpen()", () => {
  test("opens a living process, close-on-exec", () => {
    const pidfd = open(process.pid);
    const info = readFileSync(`/proc/self/fdinfo/${pidfd}`, "utf8");
    expect(info).toMatch(new RegExp(`^Pid:\\s+${process.pid}$`, "m"));
    expect(Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)?.[1] ?? "", 8) & 0o2000000).toBe(0o2000000);
  });

  test("says gone for a pid that nobody has, and for a child that was collected", async () => {
    expect(pidfdOpen(nobodyHasIt)).toBe("gone");
    const child = start("exit 0");
    child.stdin.end();
    await child.exited;
    expect(pidfdOpen(child.pid)).toBe("gone");
  });

  // Measured on 6.18; older kernels answer EINVAL.
  test.skipIf(!kernelIsAtLeast(6, 18))("says thread for the id of a thread that leads no process", () => {
    const threads = (root.names(process.pid, "task") as string[]).map(Number).filter((id) => id !== process.pid);
    expect(threads.length).toBeGreaterThan(0);
    expect(threads.map((id) => pidfdOpen(id))).toEqual(threads.map(() => "thread" as const));
  });

  test.each([0, -1, -17])("throws for %d, which names no process", (pid) => {
    expect(() => pidfdOpen(pid)).toThrow("internal error");
  });
});

describe("pidfdSendSignal()", () => {
  test("reaches the process, and only with the signal that was asked for", async () => {
    const child = Bun.spawn(["sh", "-c", "trap 'echo hup; exit 3' HUP; echo ready; while :; do read line; done"], {
      stdin: "pipe",
      stdout: "pipe",
    });
    cleanups.push(() => child.kill("SIGKILL"));
    const output = child.stdout.getReader();
    await output.read();
    const pidfd = open(child.pid);
    expect(pidfdSendSignal(pidfd, 0)).toBe("sent");
    expect(child.exitCode).toBeNull();
    expect(pidfdSendSignal(pidfd, 1)).toBe("sent");
    expect(Buffer.from((await output.read()).value ?? []).toString()).toBe("hup\n");
    expect(await child.exited).toBe(3);
  });

  test("says gone after the collection, even while the pidfd is open", async () => {
    const child = start("exit 0");
    const pidfd = open(child.pid);
    child.stdin.end();
    await child.exited;
    expect(pidfdSendSignal(pidfd, 0)).toBe("gone");
    expect(pidfdSendSignal(pidfd, 15)).toBe("gone");
  });

  test("is taken by a zombie without effect, which is why its state is looked at first", async () => {
    const zombie = await startZombie();
    expect(pidfdSendSignal(open(zombie), 9)).toBe("sent");
    expect(readStat(root, zombie)).toMatchObject({ state: "Z", exitCode: 7 << 8 });
  });

  test("throws for a signal that does not exist", () => {
    expect(() => pidfdSendSignal(open(process.pid), 65)).toThrow("EINVAL");
  });

  test("says denied for another user's process", () => {
    const program = [process.execPath, join(import.meta.dir, "..", "programs", "signal-zero.ts"), "1"];
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { stdout } = Bun.spawnSync(asRoot ? [...nobody, ...program] : program, { stderr: "inherit" });
    expect(stdout.toString()).toBe("denied\n");
  });
});

describe("pidfdExitStatus()", () => {
  test.each([
    ["exit 0", 0],
    ["exit 7", 7 << 8],
    ["exit 255", 255 << 8],
    ["kill -KILL $$", 9],
    ["kill -TERM $$", 15],
  ])("tells the wait status of a collected child: %s", async (script, status) => {
    const child = start(script);
    const pidfd = open(child.pid);
    child.stdin.end();
    await child.exited;
    // PIDFD_INFO_EXIT came with Linux 6.15; before, nobody can tell.
    expect(pidfdExitStatus(pidfd)).toBe(kernelIsAtLeast(6, 15) ? status : null);
  });

  test("is null while the process lives, and while it is a zombie", async () => {
    expect(pidfdExitStatus(open(process.pid))).toBeNull();
    expect(pidfdExitStatus(open(await startZombie()))).toBeNull();
  });

  test("does not give one process's status for another's", async () => {
    const [dying, living] = [start("exit 7"), start("exit 0")];
    const [dead, alive] = [open(dying.pid), open(living.pid)];
    dying.stdin.end();
    await dying.exited;
    pidfdExitStatus(dead);
    expect(pidfdExitStatus(alive)).toBeNull();
  });
});

describe("pidfdOwner()", () => {
  // PIDFD_GET_INFO came with Linux 6.13; before, nobody can tell.
  const known = (owner: { uid: number; gid: number }) => (kernelIsAtLeast(6, 13) ? owner : null);

  test("tells this very process's effective user and group", () => {
    const own = { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
    expect(pidfdOwner(open(process.pid))).toEqual(known(own));
  });

  test.skipIf(process.geteuid?.() !== 0)("tells those of another user, the group apart", async () => {
    const command = ["setpriv", "--reuid=65533", "--regid=65532", "--clear-groups", "sleep", "1000"];
    const child = Bun.spawn(command, { stdio: ["ignore", "ignore", "ignore"] });
    const pidfd = open(child.pid);
    await eventually("the change of user", () => readFileSync(`/proc/${child.pid}/comm`, "utf8") === "sleep\n");
    expect(pidfdOwner(pidfd)).toEqual(known({ uid: 65_533, gid: 65_532 }));
    child.kill(9);
    await child.exited;
    expect(pidfdOwner(pidfd)).toBeNull();
  });
});

describe("closePidfd()", () => {
  test("leaves no descriptor behind", () => {
    const count = () => readdirSync("/proc/self/fd").length;
    const before = count();
    for (let index = 0; index < 10; index++) closePidfd(pidfdOpen(process.pid) as Pidfd);
    expect(count()).toBe(before);
  });
});

describe("killProcess()", () => {
  test("signals a process by its pid", async () => {
    const child = start("exit 0");
    expect(killProcess(child.pid, 0)).toBe("sent");
    expect(killProcess(child.pid, 15)).toBe("sent");
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
  });

  test("says gone for a pid that nobody has", () => {
    expect(killProcess(nobodyHasIt, 0)).toBe("gone");
  });

  // With signal 0, which only asks: were a guard missing, nobody would be hurt.
  test.each([1, 0, -1, -17, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 32 - 1, 2 ** 31])(
    "throws for %d, which to kill(2) is pid 1, a group, everybody or no pid at all",
    (pid) => {
      expect(() => killProcess(pid, 0)).toThrow("internal error");
    },
  );
});
