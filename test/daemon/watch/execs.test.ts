import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// A watcher beside the test's own process takes a while to start on a busy machine.
setDefaultTimeout(60_000);

const programs = join(import.meta.dir, "../..", "programs");
const isRoot = process.geteuid?.() === 0;
// A runtime's seccomp profile may forbid this personality(2).
const canFixAddresses = Bun.spawnSync(["setarch", "--addr-no-randomize", "true"]).exitCode === 0;

let folder = "";
let changes = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-changes-"));
  changes = join(folder, "changes");
  const command = ["gcc", "-O1", "-Wall", "-Wextra", "-o", changes, join(programs, "changes.c")];
  const { exitCode, stderr } = Bun.spawnSync(command, { stdout: "ignore", stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`Cannot compile changes.c: ${stderr.toString()}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const children: { kill(signal: number): void; readonly exited: Promise<number> }[] = [];
afterEach(async () => {
  for (const child of children) child.kill(9);
  await Promise.all(children.splice(0).map(({ exited }) => exited));
});

/** A program that answers each line with one. */
function start(command: readonly string[]) {
  const child = Bun.spawn([...command], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const lines = linesFrom(child.stdout);
  const tell = (line: string) => {
    child.stdin.write(`${line}\n`);
    child.stdin.flush();
  };
  const ask = async (line: string) => {
    tell(line);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command[0]} ended when it was told ${line}`);
    return value;
  };
  return { pid: child.pid, tell, ask };
}

async function* linesFrom(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

interface Told {
  readonly programs: readonly string[];
  readonly seesAddresses: boolean | null;
}

const sights = [
  { who: "who sees the addresses", wrapper: [], hides: false },
  // Root sees the addresses of all, others those of their own processes, but for such as are not dumpable.
  {
    who: "who does not see the addresses",
    wrapper: isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [],
    hides: true,
  },
];

describe.each(sights)("to one $who", ({ wrapper, hides }) => {
  async function watched(command: readonly string[] = [changes]) {
    const watcher = start([...wrapper, process.execPath, join(programs, "watch.ts")]);
    const actor = start([...command, "with", "some", "arguments"]);
    await actor.ask(hides ? "hide" : "name changes");
    const told = async () => JSON.parse(await watcher.ask(String(actor.pid))) as Told;
    const before = await told();
    expect(before.seesAddresses).toBe(!hides);
    /** What was told since. */
    const programsTold = async () => (await told()).programs.slice(before.programs.length);
    return { ...actor, programsTold };
  }

  test.each([
    ["a title", ["title changes: worker process"]],
    ["a title that is longer than the arguments", ["title changes: master process with some more than its arguments"]],
    [
      "a title that follows another",
      ["title changes: ann idle", "title changes: ann SELECT waiting", "title changes: x"],
    ],
    ["a name", ["name MainThread"]],
    ["a name and a title", ["title changes: worker [shop]", "name changes: worker"]],
  ])("%s is no exec", async (_, steps) => {
    const { ask, programsTold } = await watched();
    for (const step of steps) {
      await ask(step);
      expect(await programsTold()).toEqual([]);
    }
  });

  // A shell does not hide itself.
  test.skipIf(hides && !isRoot)("another program is one, also if it has a title before the next look", async () => {
    const entrypoint = 'read line; echo done; read line; exec "$0"';
    const { ask, tell, programsTold } = await watched(["sh", "-c", entrypoint, changes]);
    tell("go on");
    await ask("title changes: master process");
    expect(await programsTold()).toEqual(["changes: master process"]);
  });

  test("another program is one", async () => {
    const { ask, tell, programsTold } = await watched();
    await ask("title changes: worker process");
    expect(await programsTold()).toEqual([]);
    tell("exec sleep 1000");
    await told(programsTold, ["sleep"]);
  });

  test("the same program anew is one, and so is one with other arguments", async () => {
    const { ask, tell, programsTold } = await watched();
    await ask("title changes: master process");
    expect(await programsTold()).toEqual([]);
    tell(`exec ${changes} one`);
    await ask("name one");
    expect(await programsTold()).toEqual([changes]);
    tell(`exec ${changes} two`);
    await ask("name two");
    expect(await programsTold()).toEqual([changes, changes]);
  });

  test("a program that is moved, as an upgrade does, is none", async () => {
    const copy = join(folder, "copy");
    copyFileSync(changes, copy);
    const { programsTold } = await watched([copy]);
    renameSync(copy, `${copy}.old`);
    expect(await programsTold()).toEqual([]);
  });

  test.skipIf(!canFixAddresses)("without address space randomization it is the same", async () => {
    const { ask, tell, programsTold } = await watched(["setarch", "--addr-no-randomize", changes]);
    for (const step of ["title changes: worker process", "name worker"]) {
      await ask(step);
      expect(await programsTold()).toEqual([]);
    }
    tell("exec sleep 1000");
    await told(programsTold, ["sleep"]);
  });
});

/** Scans until an exec that is under way is through. */
async function told(programsTold: () => Promise<readonly string[]>, expected: readonly string[]): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await programsTold()).length < expected.length && Date.now() < deadline);
  expect(await programsTold()).toEqual([...expected]);
}
