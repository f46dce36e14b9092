import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { endings, type Negligent, startNegligent } from "../support/negligent.ts";
import { expectProblem } from "../support/problem.ts";
import { isZombie } from "../support/process-state.ts";

const { bus, json, post } = realApp();
const as = (type: string, body: string) => ({ headers: { "content-type": type }, body });

// Whatever a test sends names zombies of its own, or is a dry run: this machine has others.
let parent: Negligent;
let code7: number;
let segv: number;
let stays: number;
beforeEach(async () => {
  parent = await startNegligent([endings.code7, endings.segv, endings.stays]);
  [code7 = 0, segv = 0, stays = 0] = parent.children;
});
afterEach(() => parent.close());

const reap = async (query: string, init: RequestInit = {}): Promise<Json> => {
  const response = await post(`/zombies/reap?pids=${code7},${segv}&${query}`, init);
  return { status: response.status, ...((await response.json()) as Json) };
};
const outcomes = (answer: Json) => (answer["results"] as Json[]).map((each) => [each["pid"], each["outcome"]]);
const untouched = () => expect([code7, segv].map(isZombie)).toEqual([true, true]);

describe("what is asked for in a way that cannot be understood does nothing", () => {
  const json = (body: unknown) => as("application/json", JSON.stringify(body));
  const many = Array(10_001).fill(1);
  test.each<[string, string, RequestInit, string]>([
    ["an unknown strategy", "strategy=kill", {}, "strategy"],
    ["a strategy in capitals", "strategy=Nudge", {}, "strategy"],
    ["a pid 0", "pids=0", {}, "pids.0"],
    ["a group", "pids=-1", {}, "pids.0"],
    ["a pid that is no number", "pids=x", {}, "pids.0"],
    ["no pid", "pids=", {}, "pids.0"],
    ["an empty place", "pids=17,,18", {}, "pids.1"],
    ["a pid beyond the kernel's", "pids=4194305", {}, "pids.0"],
    ["a negative age", "minAgeSeconds=-1", {}, "minAgeSeconds"],
    ["an age that is no number", "minAgeSeconds=NaN", {}, "minAgeSeconds"],
    ["an endless age", "minAgeSeconds=Infinity", {}, "minAgeSeconds"],
    ["an age with a unit", "minAgeSeconds=5s", {}, "minAgeSeconds"],
    ["an age beyond a day", "minAgeSeconds=86401", {}, "minAgeSeconds"],
    ["a flag that is none", "dryRun=maybe", {}, "dryRun"],
    ["a name that is not known", "dryrun=true", {}, "dryrun"],
    ["an unknown strategy in a body", "", as("text/plain", "kill"), "strategy"],
    ["an unknown strategy in JSON", "", json({ strategy: "kill" }), "strategy"],
    ["a strategy of another type", "", json({ strategy: 1 }), "strategy"],
    ["a pid 0 in JSON", "", json({ pids: 0 }), "pids.0"],
    ["a pid that is no number in JSON", "", json({ pids: "x" }), "pids.0"],
    ["half a pid", "", json({ pids: [1.5] }), "pids.0"],
    ["no pids in JSON", "", json({ pids: [] }), "pids"],
    ["something else than pids", "", json({ pids: { all: true } }), "pids"],
    ["nothing than null for pids", "", json({ pids: null }), "pids"],
    ["more pids than can be", "", json({ pids: many }), "pids"],
    ["a negative age in JSON", "", json({ minAgeSeconds: -1 }), "minAgeSeconds"],
    ["a true age", "", json({ minAgeSeconds: true }), "minAgeSeconds"],
    ["a name that is not known in JSON", "", json({ force: true }), "force"],
    ["a flag that is none in a form", "", as("application/x-www-form-urlencoded", "dryRun=maybe"), "dryRun"],
  ])("%s", async (_, query, init, parameter) => {
    // Were it not refused, it would be a dry run.
    const held = query.startsWith("dryRun") ? "" : "dryRun=true&";
    const body = await expectProblem(await post(`/zombies/reap?${held}${query}`, init), 400, "bad-request");
    expect(body["parameter"]).toBe(parameter);
    untouched();
  });

  test.each<[string, string]>([
    ["strategy=wait", '{"strategy":"nudge"}'],
    ["dryRun=true", '{"dryRun":false}'],
    ["dryRun=true&minAgeSeconds=60", '{"minAgeSeconds":0}'],
    ["dryRun=true&pids=4194304", '{"pids":[4194303]}'],
  ])("a query %s that the body %s contradicts", async (query, body) => {
    const own = query.includes("pids") ? "" : `pids=${code7}&`;
    const answer = await post(`/zombies/reap?${own}${query}`, as("application/json", body));
    expect((await expectProblem(answer, 400, "bad-request"))["detail"]).toContain("contradict each other");
    untouched();
  });

  test("a body that is too long, or of another type", async () => {
    const long = as("text/plain", "x".repeat(65 * 1024));
    await expectProblem(await post("/zombies/reap?dryRun=true", long), 413, "payload-too-large");
    const xml = as("application/xml", "<reap/>");
    await expectProblem(await post("/zombies/reap?dryRun=true", xml), 415, "unsupported-media-type");
  });
});

describe("what is asked for in one way or another is the same", () => {
  test.each<[string, string, RequestInit]>([
    ["the query", "strategy=wait&minAgeSeconds=0.5&dryRun=true", {}],
    ["bare text", "minAgeSeconds=0.5&dryRun=true", as("text/plain", "wait")],
    ["curl -d", "minAgeSeconds=0.5&dryRun", as("application/x-www-form-urlencoded", "wait")],
    ["a form", "", as("application/x-www-form-urlencoded", "strategy=wait&minAgeSeconds=0.5&dryRun=true")],
    ["JSON", "", as("application/json", '{"strategy":"wait","minAgeSeconds":0.5,"dryRun":true}')],
    ["both", "strategy=wait", as("application/json", '{"strategy":"wait","minAgeSeconds":0.5,"dryRun":true}')],
  ])("%s", async (_, query, init) => {
    const answer = await reap(query, init);
    expect(answer).toMatchObject({ status: 200, reaped: 0, remaining: 2, dryRun: true, traceId: null });
    const detail = expect.stringMatching(/^It ended 0(\.\d)? s ago, .*: minAgeSeconds is 0\.5\.$/);
    expect(answer["results"].map(({ outcome }: Json) => outcome)).toEqual(["refused", "refused"]);
    expect(answer["results"][0]).toMatchObject({ pid: code7, strategy: "wait", detail });
  });

  test.each<[string, (pid: number) => unknown]>([
    ["a number", (pid) => pid],
    ["text", String],
    ["a list of numbers", (pid) => [pid]],
    ["a list of texts", (pid) => [String(pid)]],
  ])("pids as %s", async (_, pids) => {
    const body = as("application/json", JSON.stringify({ pids: pids(code7) }));
    const answer = (await (await post("/zombies/reap?dryRun=true", body)).json()) as Json;
    expect(answer["results"].map(({ pid }: Json) => pid)).toEqual([code7]);
  });
});

describe("the outcome", () => {
  test("of a dry run is what would be tried, and nothing is done", async () => {
    const before = bus.range().newestId;
    const answer = await reap("strategy=terminate-parent&dryRun=true");
    expect(answer).toMatchObject({ reaped: 0, remaining: 2, dryRun: true });
    expect(outcomes(answer)).toEqual([
      [code7, "would-reap"],
      [segv, "would-reap"],
    ]);
    expect((await reap("strategy=nudge&dryRun=true"))["results"][0].outcome).toBe("refused");
    expect(bus.range().newestId).toBe(before);
    process.kill(parent.pid, 0);
    untouched();
  });

  test("is refused, with the reason, where the strategy cannot work", async () => {
    const before = bus.range().newestId ?? 0;
    for (const [strategy, reason] of [
      ["wait", `that is sleep (pid ${parent.pid})`],
      ["nudge", `sleep (pid ${parent.pid}) has no handler for SIGCHLD`],
      ["adopt", "minAgeSeconds is 60"],
    ]) {
      const answer = await reap(`strategy=${strategy}`);
      expect(answer).toMatchObject({ status: 200, reaped: 0, remaining: 2, dryRun: false });
      expect(answer["results"][1]).toMatchObject({ pid: segv, strategy, outcome: "refused" });
      expect(answer["results"][1].detail).toContain(reason);
    }
    // What was too young was not tried.
    const events = bus.since(before).map(({ type, data }) => [type, data["remedy"], data["outcome"], data["by"]]);
    expect(events).toEqual([
      ["zombie.remedy", "wait", "refused", "request"],
      ["zombie.remedy", "nudge", "refused", "request"],
    ]);
    untouched();
  });

  test("of auto is refused where only hard remedies would work, and names them", async () => {
    const answer = await reap("");
    expect(outcomes(answer).flat()).toEqual([code7, "refused", segv, "refused"]);
    expect(answer["results"][0].detail).toEndWith("terminate-parent.");
    untouched();
  });

  test("is gone for who is no process, refused for who lives, whatever else is asked for", async () => {
    const { id } = await json(`/processes/${stays}`);
    const answer = await reap(`strategy=nudge&pids=${stays}`, {}).catch(() => null);
    expect(answer?.["status"]).toBe(400); // Said twice.
    const body = { strategy: "nudge", pids: [4_194_304, stays, id, `${stays}-1`, `${segv}-1`, code7], dryRun: true };
    const mixed = (await (await post("/zombies/reap", as("application/json", JSON.stringify(body)))).json()) as Json;
    expect(mixed["remaining"]).toBe(1);
    expect(mixed["results"].map(({ pid, id, strategy, outcome }: Json) => [pid, id, strategy, outcome])).toEqual([
      [code7, expect.stringContaining(`${code7}-`), "nudge", "refused"],
      [4_194_304, null, "nudge", "gone"],
      [stays, null, "nudge", "refused"],
      [stays, id, "nudge", "refused"],
      [stays, `${stays}-1`, "nudge", "gone"],
      [segv, `${segv}-1`, "nudge", "gone"],
    ]);
    expect(mixed["results"][2].detail).toBe("It is no zombie: it lives.");
    process.kill(stays, 0);
  });

  test("is a zombie's from the moment of its end, whatever was scanned before", async () => {
    await json("/zombies");
    await parent.end(stays);
    const answer = (await (await post(`/zombies/reap?pids=${stays}&strategy=wait`)).json()) as Json;
    expect(answer["results"]).toMatchObject([
      { pid: stays, outcome: "refused", detail: expect.stringMatching(/^Only a/) },
    ]);
  });

  test("is told as text to who asks for text", async () => {
    const init = { headers: { accept: "text/plain" } };
    const text = await (await post(`/zombies/reap?pids=${code7}&strategy=wait`, init)).text();
    expect(text).toMatch(new RegExp(`^ *PID +STRATEGY +OUTCOME +DETAIL\\n *${code7} +wait +refused +Only `));
    expect(text).toEndWith("0 reaped, 1 remaining\n");
  });
});
