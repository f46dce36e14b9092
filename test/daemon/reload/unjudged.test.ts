import { expect, setDefaultTimeout, test } from "bun:test";
import { readContent } from "#daemon/content/read.ts";
import { checkOnce } from "#daemon/reload/once.ts";
import { validate } from "#daemon/validate/validate.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { eventually } from "../../support/poll.ts";
import { reloaderOver, watchSettings } from "../../support/reloader.ts";

setDefaultTimeout(30_000);
const large = "[".padEnd(1024 * 1024 + 1, " ");

test("what is too large to be judged is told to the app, and is a problem until it can be", async () => {
  await using world = reloaderOver(() => ({ validate: { kind: "json" } }));
  await world.begin();
  world.folder.write("conf/app.json", large);
  await eventually("the reload", () => world.calls.length === 1);
  await world.rest();
  expect(world.of("config.rejected")).toEqual([]);
  const { problem, errors, last } = world.state();
  expect(problem).toBe(
    `Cannot validate all of the content: ${world.folder.path("conf/app.json")} is larger than 1 MiB. The app is told all the same; split what is large.`,
  );
  expect([errors, last?.status]).toEqual([1, "confirmed"]);
  const rehearsed = await world.reloader.run("app", { dryRun: true, trace: null });
  expect(rehearsed).toMatchObject({ kind: "dry", rejection: null, content: { problem } });
  world.folder.write("conf/app.json", "{}");
  await eventually("the next reload", () => world.calls.length === 2);
  await world.rest();
  expect(world.state().problem).toBeNull();
});

test("checkOnce() tells it, and finds nothing wrong", async () => {
  const folder = contentFolder();
  const watch = watchSettings({ paths: [folder.write("a.json", large)], validate: { kind: "json" } });
  const told: string[] = [];
  const means = { readContent, validate };
  expect(await checkOnce({ watch: { watches: [watch] } }, means, (sentence) => told.push(sentence))).toEqual([]);
  expect(told).toEqual([expect.stringMatching(/^watch app: read, but not validated as a whole: .*larger than 1 MiB/)]);
  folder.remove();
});
