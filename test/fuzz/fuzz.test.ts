import { describe, expect, test } from "bun:test";
import { namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { fuzz } from "./run.ts";
import { createWorld } from "./world.ts";

/** FUZZ_SEED makes the requests of an earlier run again, and CI those of one that passed; FUZZ_REQUESTS more or fewer. */
const seed = Number(process.env["FUZZ_SEED"] ?? (process.env["CI"] ? 1 : Math.floor(Math.random() * 2 ** 31)));
const requests = Number(process.env["FUZZ_REQUESTS"] ?? 6_000);
const longestMs = Math.max(600_000, requests * 20);

/** What a table of sockets and timers may keep, beside what each request takes. */
const mostMoreBytes = 16 * 1024 * 1024;

/** Of one kind: a file of /proc that is being read, a connection that is kept. */
const spareOthers = 2;
/** Each process has one, and how many there are changes. */
const sparePidfds = 12;

/** Kinds of descriptors of which there are more than before, with their numbers. */
function grownKinds(before: readonly string[], now: readonly string[]) {
  const countOf = (fds: readonly string[], kind: string) => fds.filter((each) => each === kind).length;
  return [...new Set(now)]
    .map((kind) => ({ kind, before: countOf(before, kind), now: countOf(now, kind) }))
    .filter((each) => each.now > each.before + (each.kind.includes("pidfd") ? sparePidfds : spareOthers));
}

describe.skipIf(namespaceProblem !== null)(`requests made from /openapi.json, seed ${seed}`, () => {
  test.each([
    ["who has no token may do all", false, 0.6],
    ["tokens decide", true, 0.4],
  ])(
    "keep every promise where %s",
    async (_, withTokens, share) => {
      const world = await createWorld(withTokens);
      try {
        // What is loaded when it is first asked for is there by then.
        await fuzz(world, { seed: seed + 1, requests: Math.min(2_000, Math.ceil(requests * share)), connections: 24 });
        const before = { fds: world.descriptors(), bytes: world.anonymousBytes() };
        const report = await fuzz(world, { seed, requests: Math.ceil(requests * share), connections: 24 });
        const bytes = world.anonymousBytes();
        console.log(
          `fuzz seed ${seed}: ${Math.round(report.perSecond)} requests/s, ${report.sent} signals sent, ${report.received} received, ` +
            `RssAnon ${Math.round(before.bytes / 2 ** 20)} to ${Math.round(bytes / 2 ** 20)} MiB, ${JSON.stringify(report.statuses)}`,
        );
        if (report.faults.length > 0) console.log(report.faults.join("\n"));
        expect(report.faults).toEqual([]);
        expect(report.sent).toBeGreaterThan(0);
        const grown = () => grownKinds(before.fds, world.descriptors());
        await eventually("descriptors to be closed", () => grown().length === 0).catch(() => {});
        expect(grown()).toEqual([]);
        const metrics = await (await world.get("/metrics")).text();
        expect(/^sexton_event_streams (\d+)/m.exec(metrics)?.[1]).toBe("0");
        // What the work has left is given back within two looks of ten seconds when it is over.
        const isGivenBack = () => world.anonymousBytes() - before.bytes < mostMoreBytes;
        await eventually("the memory to be given back", isGivenBack, 40_000).catch(() => {});
        expect(world.anonymousBytes() - before.bytes).toBeLessThan(mostMoreBytes);
        expect((await world.get("/readyz")).status).toBe(200);
      } finally {
        await world.close();
      }
    },
    longestMs,
  );
});
