import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import { libc } from "#kernel/libc.ts";
import { writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { eventually } from "../../support/poll.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path, write } = folder;

const mountProblem = (() => {
  const { exitCode, stderr } = Bun.spawnSync(["unshare", "--mount", "true"], { stderr: "pipe" });
  return exitCode === 0 ? null : stderr.toString().trim();
})();

const watched = (...paths: string[]) => watchContent(paths, () => {});

describe.skipIf(libc === null)("opens by others", () => {
  test("of a file in a directory, of one that a link leads to, and of a single file are counted once each", () => {
    write("dir/a", "1");
    write("dir/sub/b", "2");
    write("elsewhere/c", "3");
    write("single", "4");
    symlinkSync("../elsewhere/c", path("dir/c"));
    const watch = watched(path("dir"), path("single"), path("dir/a"));
    expect(watch.opened()).toBe(0);
    for (const [index, name] of ["dir/a", "dir/sub/b", "dir/c", "single"].entries()) {
      readFileSync(path(name));
      expect(watch.opened()).toBe(index + 1);
    }
    expect(Bun.spawnSync(["cat", path("dir/a"), path("elsewhere/c")]).exitCode).toBe(0);
    expect(watch.opened()).toBe(6);
    watch.stop();
  });

  test("of directories, FIFOs and what is no content are not", () => {
    write("quiet/a", "1");
    write("beside", "2");
    mkdirSync(path("quiet/sub"));
    expect(Bun.spawnSync(["mkfifo", path("quiet/fifo")]).exitCode).toBe(0);
    const watch = watched(path("quiet"), path("single-quiet"));
    readdirSync(path("quiet"));
    readdirSync(path("quiet/sub"));
    closeSync(openSync(path("quiet/fifo"), "r+"));
    readFileSync(path("beside"));
    statSync(path("quiet/a"));
    writeFileSync(path("quiet/..tmp"), "");
    expect(watch.opened()).toBe(0);
    watch.stop();
  });

  test("of a ConfigMap volume are counted in each generation", async () => {
    const volume = path("volume");
    mkdirSync(volume);
    writeAtomically(volume, { "a.conf": "1", "deep/b.conf": "1" });
    let notices = 0;
    const watch = watchContent([volume], () => notices++);
    readFileSync(`${volume}/a.conf`);
    readFileSync(`${volume}/deep/b.conf`);
    expect(watch.opened()).toBe(2);
    for (const text of ["2", "3"]) {
      const before = notices;
      writeAtomically(volume, { "a.conf": text, "deep/b.conf": text });
      await eventually("the swap", () => notices > before);
      const opened = watch.opened();
      readFileSync(`${volume}/a.conf`);
      expect(watch.opened()).toBe(opened + 1);
    }
    watch.stop();
  });

  test("of a generation that came a moment ago are counted, without a notice between", () => {
    const volume = path("prompt");
    mkdirSync(volume);
    writeAtomically(volume, { "a.conf": "0" });
    const watch = watched(volume);
    for (let generation = 1; generation <= 100; generation++) {
      writeAtomically(volume, { "a.conf": `${generation}` });
      const before = watch.opened();
      readFileSync(`${volume}/a.conf`);
      expect(watch.opened()).toBe(before + 1);
      Bun.sleepSync(2);
    }
    watch.stop();
  });

  test.skipIf(mountProblem !== null)(
    `in another mount namespace, where the volume has another path${mountProblem ? `: ${mountProblem}` : ""}`,
    () => {
      const volume = path("shared");
      mkdirSync(volume);
      mkdirSync(path("elsewhere-in-the-app"));
      writeAtomically(volume, { "a.conf": "1", "b.conf": "2" });
      write("plain.conf", "3");
      write("mounted.conf", "");
      const watch = watched(volume, path("plain.conf"));
      const script = `mount --bind ${volume} ${path("elsewhere-in-the-app")} && mount --bind ${path("plain.conf")} ${path("mounted.conf")} &&
      cat ${path("elsewhere-in-the-app")}/a.conf ${path("mounted.conf")}`;
      expect(Bun.spawnSync(["unshare", "--mount", "sh", "-c", script]).stdout.toString()).toBe("13");
      expect(watch.opened()).toBe(2);
      watch.stop();
    },
  );
});

describe.skipIf(libc === null)("sexton's own reads", () => {
  test("are not counted, by no watch, whether or not they are announced", async () => {
    write("own/a", "1");
    write("own/b", "2");
    symlinkSync("../elsewhere-own", path("own/c"));
    write("elsewhere-own", "3");
    const watches = [watched(path("own")), watched(path("own/a"), path("own/c"))];
    for (let round = 0; round < 20; round++) {
      await watches[0]?.reading(() => readContent([path("own")]));
      await readContent([path("own/c"), path("own/b"), path("own/a")]);
    }
    expect(watches.map((watch) => watch.opened())).toEqual([0, 0]);
    for (const watch of watches) watch.stop();
  });

  test("right before and after another's open of the same file leave that one", async () => {
    const file = write("single-own", "1");
    const watch = watched(file);
    for (let round = 1; round <= 10; round++) {
      readFileSync(file);
      await readContent([file]);
      readFileSync(file);
      expect(watch.opened()).toBe(2 * round);
    }
    watch.stop();
  });

  test("do not hide those of others at the same time", async () => {
    const rounds = 1_500;
    for (let index = 0; index < 10; index++) write(`busy/${index}`, "x".repeat(10_000));
    const watch = watched(path("busy"));
    // 15,000 opens, less than the kernel keeps, each of another file than the one before: equal events in a row are one to the kernel.
    const script = `for i in $(seq ${rounds}); do for f in 0 1 2 3 4 5 6 7 8 9; do : < ${path("busy")}/$f; done; done`;
    const child = Bun.spawn(["sh", "-c", script], { stdio: ["ignore", "ignore", "inherit"] });
    let reads = 0;
    while (child.exitCode === null) {
      await watch.reading(() => readContent([path("busy")]));
      reads++;
      await Bun.sleep(0);
    }
    const opened = watch.opened();
    expect(reads).toBeGreaterThan(3);
    expect(watch.errors()).toBe(0);
    // One of theirs within the microseconds of one of ours of the same file is one event, and taken for ours.
    expect(opened).toBeLessThanOrEqual(10 * rounds);
    expect(opened).toBeGreaterThan(10 * rounds * 0.9);
    watch.stop();
  });
});
