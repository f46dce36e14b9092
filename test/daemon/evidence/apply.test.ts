import { describe, expect, test } from "bun:test";
import { ageOf, oldWorkers, targetProblem } from "#daemon/evidence/apply.ts";
import { applying } from "../../support/applying.ts";
import { eventually } from "../../support/poll.ts";

const { sexton, watch, apply, start, tellings } = applying();

describe("a watch's reload by a signal", () => {
  test("is told with the watch, and what led to it", async () => {
    const pid = await start("pass");
    const told = tellings();
    const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
    const cause = sexton().bus.emit({ type: "config.changed", data: { watch: watch.name }, trace });
    const applied = await apply({}, { cause, trace });
    expect(applied).toEqual({
      status: "unconfirmed",
      evidence: [],
      detail: expect.stringMatching(/^It is alive, and nothing seen in 2(\.\d+)? s shows an effect\.$/),
      process: expect.stringMatching(new RegExp(`^${pid}-\\d+$`)),
    });
    const [changed, sent, started, ended] = told();
    expect([sent?.cause, started?.cause, ended?.cause]).toEqual([changed?.id, sent?.id, started?.id] as never);
    expect([sent?.type, started?.type, ended?.type]).toEqual(["signal.sent", "reload.started", "reload.unconfirmed"]);
    expect(started?.data).toEqual({ target: "app", verb: "reload", watch: "app-conf" });
    expect(ended).toMatchObject({ trace, data: { target: "app", verb: "reload", watch: "app-conf" } });
  });

  test.each(["USR1", "terminate"])("is a reload whatever its verb is: %s", async (verb) => {
    await start("pass");
    const told = tellings();
    await apply({ verb });
    const types = told().map(({ type }) => type);
    const ended = verb === "USR1" ? "reload.unconfirmed" : "reload.failed";
    expect(types).toEqual(["signal.sent", "reload.started", ended]);
    expect(told().at(-1)?.data).toMatchObject({ verb: verb === "USR1" ? "SIGUSR1" : verb });
  });

  test("waits as long as it was told to", async () => {
    await start("pass");
    const before = performance.now();
    await apply({ proof: { waitMs: 2_600, http: null } });
    expect(performance.now() - before).toBeWithin(2_590, 6_000);
  });

  test("is confirmed when the files are opened after it", async () => {
    await start("pass");
    let opens = 0;
    const applied = await apply({}, { opened: () => opens++ });
    expect(applied).toMatchObject({ status: "confirmed", evidence: [{ kind: "file-opened" }], detail: null });
  });

  test("has failed when the app ends of it", async () => {
    await start("sys.exit(3)");
    expect(await apply()).toMatchObject({ status: "failed", detail: expect.stringContaining("with exit code 3.") });
  });

  test("has failed when it is refused, and says why", async () => {
    await start("pass");
    const applied = await apply({ verb: "USR2" });
    expect(applied).toMatchObject({ status: "failed", detail: expect.stringContaining("no handler"), process: null });
  });

  test("finds nobody: told nowhere, however often it is tried", async () => {
    const told = tellings();
    expect(await apply()).toMatchObject({ status: "no-target", process: null, refusal: { kind: "target-not-found" } });
    expect(await apply({ target: "missing" })).toMatchObject({ status: "no-target" });
    expect(told()).toEqual([]);
  });

  test("ends with what is known when nobody wants it any more", async () => {
    await start("pass");
    const before = performance.now();
    const applied = await apply({ proof: { waitMs: 20_000, http: null } }, { abort: AbortSignal.timeout(200) });
    expect(applied.status).toBe("unconfirmed");
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

test("a watch that is refused is not advised to insist, which it cannot", async () => {
  await start("pass");
  const { refusal, detail } = await apply({ verb: "USR2" });
  expect(refusal).toMatchObject({ kind: "signal-unhandled", facts: { disposition: "default-terminate" } });
  expect(detail).not.toContain("force");
  expect(detail).toContain("Give watch app-conf a verb that it handles");
});

test("a target that nobody knows is a problem of the watch, one that is configured is waited for", async () => {
  await eventually("nobody to be there", () => ageOf(sexton(), watch) === null);
  expect(targetProblem(sexton(), watch)).toBeNull();
  const sentence = targetProblem(sexton(), { ...watch, target: "ngnix-typo" });
  expect(sentence).toMatch(/^Cannot find target "ngnix-typo": .*\. Mend the target of watch app-conf, or /s);
  await start("pass");
  await sexton().waitForTarget("app");
  expect(targetProblem(sexton(), watch)).toBeNull();
});

test("a watch knows for how long its target has been there, and of no old workers where there are none", async () => {
  await eventually("nobody to be there", () => ageOf(sexton(), watch) === null);
  const before = Date.now();
  await start("pass");
  await sexton().waitForTarget("app");
  expect(ageOf(sexton(), watch)).toBeWithin(-20, Date.now() - before + 1_000);
  expect([oldWorkers(sexton(), watch), oldWorkers(sexton(), { ...watch, target: "missing" })]).toEqual([0, 0]);
});
