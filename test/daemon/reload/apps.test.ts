import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { readContent } from "#daemon/content/read.ts";
import { checkOnce, uncheckedOnce } from "#daemon/reload/once.ts";
import { validate } from "#daemon/validate/validate.ts";
import { pidfdOpen, pidfdSendSignal } from "#kernel/pidfd.ts";
import { writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { linesOf } from "../../support/lines.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver, watchSettings } from "../../support/reloader.ts";

const apps: Bun.Subprocess[] = [];
afterEach(() => {
  for (const app of apps.splice(0)) app.kill(9);
});

test.each([
  [1, 3],
  [10, 20],
  [100, 100],
])(
  "an app hears of each settled change of a volume, and has the last one, at %d swaps a second",
  async (rate, swaps) => {
    const app = Bun.spawn([process.execPath, join(import.meta.dir, "../..", "programs", "reloads.ts")], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    apps.push(app);
    const lines = linesOf(app.stdout);
    await lines.waitForMatch(/generation 1/);
    const hangUp = async () => {
      const pidfd = pidfdOpen(app.pid);
      if (typeof pidfd === "number") pidfdSendSignal(pidfd, 1);
      return confirmed;
    };
    await using world = reloaderOver(
      () => ({ settleMs: 300 }),
      hangUp,
      {},
      (folder) => {
        folder.write("conf/.keep", "");
        writeAtomically(folder.path("conf"), { "app.conf": "0" });
      },
    );
    await world.begin();
    let generation = "";
    for (let swap = 1; swap <= swaps; swap++) {
      generation = writeAtomically(world.folder.path("conf"), { "app.conf": `${swap}` });
      await Bun.sleep(1_000 / rate);
    }
    await eventually("the last one", () => world.state().content?.generation === generation);
    await world.rest();
    // Each one by itself where there is time; else in a second or two, with half a second for a burst.
    const [last, ...others] = world.reloader.records();
    expect(last).toMatchObject({ generation, status: "confirmed", hash: world.state().content?.hash });
    expect(others.length).toBeLessThan(10);
    await lines.waitForMatch(new RegExp(`generation ${world.calls.length + 1}`));
  },
);

test("a volume that is swapped to and fro leaves the app with what is there in the end", async () => {
  const folder = contentFolder();
  writeAtomically(folder.path(), { "app.conf": "a" });
  let has = "a";
  await using world = reloaderOver(
    () => ({ paths: [folder.path()], settleMs: 30, settleMostMs: 120 }),
    async () => {
      has = await Bun.file(folder.path("app.conf")).text();
      return confirmed;
    },
  );
  await world.begin();
  let generation = "";
  for (let swap = 0; swap < 150; swap++) {
    generation = writeAtomically(folder.path(), { "app.conf": swap % 2 === 0 ? "b" : "a" });
    await Bun.sleep(swap % 9);
  }
  await eventually("the last one", () => world.state().content?.generation === generation);
  await world.rest();
  expect(has).toBe("a");
  folder.remove();
});

test("what a watch waits for shows until when", async () => {
  await using world = reloaderOver(() => ({ splayMs: 600_000 }));
  await world.begin();
  world.folder.write("conf/app.conf", "two");
  const splay = await eventually("the splay", () => {
    const { pending } = world.state();
    return pending?.reason === "splay" ? pending : null;
  });
  expect(splay.until as number).toBeGreaterThan(Date.now());
  expect(splay.until as number).toBeLessThanOrEqual(Date.now() + 600_000);
});

test("checkOnce() has a sentence for each thing that is wrong", async () => {
  const folder = contentFolder();
  const good = watchSettings({
    name: "good",
    paths: [folder.write("good/a.yaml", "a: 1\n")],
    validate: { kind: "yaml" },
  });
  const bad = watchSettings({
    name: "bad",
    paths: [folder.write("bad/a.json", '{"a": "hunter2"')],
    validate: { kind: "json" },
  });
  const none = watchSettings({ name: "none", paths: [folder.path("nowhere")] });
  const check = (...watches: ReturnType<typeof watchSettings>[]) =>
    checkOnce({ watch: { watches } }, { readContent, validate });
  expect(await check(good)).toEqual([]);
  const sentences = await check(good, bad, none);
  expect(sentences).toEqual([
    expect.stringContaining(`watch bad: Cannot use ${folder.path("bad/a.json")}:1:`),
    expect.stringMatching(/^watch none: Cannot .*nowhere/),
  ]);
  expect(sentences.join()).not.toContain("hunter2");
  expect(await check()).toEqual([expect.stringContaining("no watch is configured")]);
  // Whoever does not answer says nothing of the content, which was read well.
  const url = "http://127.0.0.1:9/validate";
  const deaf = { ...good, validate: { kind: "http", url, timeoutMs: 300 } } as const;
  expect(await check(deaf)).toEqual([
    expect.stringMatching(
      /^watch good: Cannot validate .*a\.yaml: the validator cannot be reached: .+\. Nothing is known/,
    ),
  ]);
  const exec = { kind: "exec", command: ["nginx", "-t"], timeoutMs: 1 } as const;
  const programs = [
    { ...good, validate: exec },
    { ...none, validate: exec },
  ];
  // It cannot be run there, and says so; what can be looked at is.
  expect(await check(...programs)).toEqual([expect.stringMatching(/^watch none: Cannot .*nowhere/)]);
  expect(uncheckedOnce({ watch: { watches: [good, ...programs] } })).toEqual([
    expect.stringMatching(/^watch good: .*nginx.*only sexton init starts programs$/),
    expect.stringContaining("watch none"),
  ]);
  folder.remove();
});
