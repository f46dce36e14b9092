import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import { libc } from "#kernel/libc.ts";
import { writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder, countedWatch, replace } from "../../support/content-folder.ts";
import { eventually } from "../../support/poll.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
const { path, write } = folder;

describe.skipIf(libc === null)("a ConfigMap volume", () => {
  test.each(["", "/key.conf"])("tells of each swap once, and of nothing else: at %p", async (below) => {
    const volume = path(`volume${below.length}`);
    mkdirSync(volume);
    writeAtomically(volume, { "key.conf": "0" });
    const watch = countedWatch([volume + below]);
    for (const text of ["1", "2", "3"]) {
      const before = watch.notices();
      await watch.noticed(`swap ${text}`, () => writeAtomically(volume, { "key.conf": text, [text]: text }));
      expect(watch.notices() - before).toBeLessThanOrEqual(2);
    }
    expect(
      await watch.unnoticed(() => {
        symlinkSync("..data/key.conf", join(volume, "another.conf"));
        mkdirSync(join(volume, "..2026_01_01_00_00_00.1"));
        for (const mode of [0o600, 0o644, 0o640]) chmodSync(join(volume, "..data", "key.conf"), mode);
      }),
    ).toBe(0);
    watch.stop();
  });
});

describe.skipIf(libc === null)("many at once", () => {
  test("1,000 files changed within a second are few notices, and the last read sees all", async () => {
    for (let index = 0; index < 1_000; index++) write(`many/${index}`, "old");
    const watch = countedWatch([path("many")]);
    await watch.noticed("the burst", async () => {
      for (let index = 0; index < 1_000; index++) {
        replace(path(`many/${index}`), path("tmp"));
        if (index % 10 === 0) await Bun.sleep(5);
      }
    });
    // 50 ms lie between two, and the burst takes a second or so.
    expect(watch.notices()).toBeLessThan(60);
    expect(watch.errors()).toBe(0);
    watch.stop();
  });

  test("more than the kernel keeps is told as an error and noticed", async () => {
    const file = write("flood/a", "");
    const watch = countedWatch([path("flood")]);
    await watch.noticed("the flood", () => {
      for (let index = 0; index < 20_000; index++) appendFileSync(path(`flood/${index % 2}`), "");
    });
    expect(watch.errors()).toBe(1);
    await watch.noticed("a change after it", () => appendFileSync(file, "x"));
    watch.stop();
  });
});

test.skipIf(libc === null)(
  "watches of the same files are independent, and the last leaves no descriptor behind",
  async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const file = write("shared/a", "");
    const before = descriptors();
    for (let round = 0; round < 10; round++) {
      const [one, other] = [countedWatch([path("shared")]), countedWatch([file, path("shared")])];
      one.stop();
      await other.noticed("a change", () => appendFileSync(file, "x"));
      expect(one.notices()).toBe(0);
      other.stop();
      other.stop();
    }
    await eventually("as many descriptors as before", () => descriptors() <= before);
    const stopped = watchContent([path("shared")], () => expect.unreachable("a notice after the stop"));
    appendFileSync(file, "x");
    stopped.stop();
    expect((await readContent([path("shared")])).content.files).toBe(1);
  },
);

test.skipIf(libc === null)("an idle watch of 1,000 files costs no CPU, and holds no timer", async () => {
  for (let index = 0; index < 1_000; index++) write(`idle/${index % 30}/${index}`, "x");
  const watch = countedWatch([path("idle")]);
  const used = () => process.cpuUsage().user + process.cpuUsage().system;
  const spent = async (forMs: number) => {
    const before = used();
    await Bun.sleep(forMs);
    return used() - before;
  };
  await spent(200);
  // Of 2 s, in microseconds: what the event loop and the collector take by themselves is within it.
  expect(Math.min(await spent(2_000), await spent(2_000))).toBeLessThan(20_000);
  watch.stop();
});
