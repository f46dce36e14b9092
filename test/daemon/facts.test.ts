import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readFacts } from "#daemon/facts.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { createProcFolder } from "../support/proc-folder.ts";

const id = "4f".repeat(32);

describe("the facts of a process that ends while they are read", () => {
  let folder: ReturnType<typeof createProcFolder>;
  beforeEach(() => {
    folder = createProcFolder();
  });
  afterEach(() => folder.close());

  const root = () => procRoot(folder.path);
  const statOf = (pid: number): ProcStat => {
    const stat = readStat(root(), pid);
    if (stat === null || isUnread(stat)) throw new Error(`no stat of ${pid}`);
    return stat;
  };
  const put = (pid: number, given: Parameters<typeof folder.put>[1], cgroup: string, cmdline: string) => {
    folder.put(pid, given);
    writeFileSync(join(folder.path, String(pid), "cgroup"), `0::${cgroup}\n`);
    writeFileSync(join(folder.path, String(pid), "cmdline"), cmdline);
  };
  /** Alive when its stat was read; then its memory is given back, and on cgroup v1 its cgroup. */
  function whileEnding(flags: number, state: string) {
    put(7, {}, `/docker/${id}`, "app\0-v\0");
    const alive = statOf(7);
    const before = readFacts(root(), alive, null);
    put(7, { flags, state }, "/", "");
    return { alive, before };
  }

  test("are those it had, by its flags", () => {
    const { alive, before } = whileEnding(0x4, "R");
    expect(before).toMatchObject({ args: ["app", "-v"], containerId: id });
    expect(readFacts(root(), alive, before)).toBe(before);
    expect(readFacts(root(), statOf(7), before)).toBe(before);
  });

  test("are those it had, by its state", () => {
    const { alive, before } = whileEnding(0, "Z");
    expect(readFacts(root(), alive, before)).toBe(before);
  });

  test("are those it had, when it is gone or its pid is another's", () => {
    const { alive, before } = whileEnding(0, "R");
    folder.put(7, { startTicks: 99 });
    writeFileSync(join(folder.path, "7", "cmdline"), "");
    expect(readFacts(root(), alive, before)).toBe(before);
    folder.remove(7);
    expect(readFacts(root(), alive, before)).toBe(before);
  });

  test("are unknown where nothing was known before, and not none", () => {
    const { alive } = whileEnding(0x4, "R");
    expect(readFacts(root(), alive, null)).toMatchObject({ args: null, cgroup: null, containerId: null });
    expect(readFacts(root(), statOf(7), null)).toMatchObject({ args: null, cgroup: null, containerId: null });
  });

  test("are what is read of one that lives, and was moved out of its container", () => {
    const { alive, before } = whileEnding(0, "S");
    expect(readFacts(root(), alive, before)).toMatchObject({ cgroup: "/", containerId: null });
  });

  test("are the arguments of before in the midst of an exec, which shows none", () => {
    put(7, {}, `/docker/${id}`, "app\0-v\0");
    const before = readFacts(root(), statOf(7), null);
    put(7, { name: "next" }, `/docker/${id}`, "");
    const between = readFacts(root(), statOf(7), before);
    expect(between).toMatchObject({ args: ["app", "-v"], containerId: id });
    put(7, { name: "next" }, `/docker/${id}`, "next\0");
    expect(readFacts(root(), statOf(7), between)).toMatchObject({ args: ["next"] });
  });
});
