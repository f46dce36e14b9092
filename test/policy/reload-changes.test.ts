import { describe, expect, test } from "bun:test";
import { start, usual, watch } from "./reload-lead.ts";

describe("settling", () => {
  test("ends after so much quiet", () => {
    const it = watch().begun();
    expect(it.notice(100)).toMatchObject({ action: null, wakeAt: 1_100 });
    expect(it.notice(900)).toMatchObject({ action: null, wakeAt: 1_900 });
    expect(it.pending(1_000)).toEqual({ reason: "settling", until: 1_900 });
    expect(it.tick(1_899).action).toBeNull();
    expect(it.tick(1_900).action).toEqual({ kind: "read" });
    expect(it.content(1_901, "b")).toMatchObject({ action: start("change"), changed: true, wakeAt: null });
    expect(it.pending(1_902)).toEqual({ reason: "running", until: null });
  });

  test("ends at the latest when it has lasted long enough", () => {
    const it = watch().begun();
    let step = it.notice(100);
    for (let now = 500; now <= 10_000; now += 500) step = it.notice(now);
    expect(step.wakeAt).toBe(10_100);
    expect(it.tick(10_100).action).toEqual({ kind: "read" });
    it.notice(10_101);
    expect(it.content(10_102, "b").action).toEqual(start("change"));
  });

  test("goes on when it changes while it is read", () => {
    const it = watch().begun();
    it.notice(100);
    it.tick(1_100);
    it.notice(1_101);
    expect(it.content(1_102, "b")).toMatchObject({ action: null, changed: true, wakeAt: 2_101 });
    expect(it.tick(2_101).action).toEqual({ kind: "read" });
    expect(it.content(2_102, "b").action).toEqual(start("change"));
  });

  test("lasts no longer for a change that comes while it is read", () => {
    const it = watch().begun();
    for (let now = 100; now <= 8_900; now += 800) it.notice(now);
    expect(it.tick(9_900).action).toEqual({ kind: "read" });
    it.notice(9_901);
    expect(it.content(9_902, "b").wakeAt).toBe(10_100);
    it.tick(10_100);
    expect(it.content(10_101, "b").action).toEqual(start("change"));
  });

  test("is waited for when a rescan finds what nobody has heard of", () => {
    const it = watch().begun();
    expect(it.at(60_000, { kind: "rescan" }).action).toEqual({ kind: "read" });
    expect(it.content(60_001, "b")).toMatchObject({ action: null, changed: true, wakeAt: 61_001 });
    it.tick(61_001);
    expect(it.content(61_002, "b").action).toEqual(start("change"));
  });

  test("is not cut short by a rescan", () => {
    const it = watch().begun();
    it.notice(100);
    expect(it.at(500, { kind: "rescan" })).toMatchObject({ action: null, wakeAt: 1_100 });
  });

  test("is ended by a request", () => {
    const it = watch().begun();
    it.notice(100);
    expect(it.request(200).action).toEqual({ kind: "read" });
    expect(it.content(201, "b").action).toEqual(start("request"));
    expect(it.ended(300, "confirmed")).toMatchObject({ action: null, wakeAt: null });
    expect(it.state()).toMatchObject({ applied: "b", job: null });
  });
});

describe("the content decides", () => {
  test("nothing starts where it stayed", () => {
    const it = watch().begun();
    expect(it.change(100, "a")).toMatchObject({ action: null, changed: false, wakeAt: null });
    expect(it.pending(2_000)).toBeNull();
  });

  test("nothing starts where it is back before the app has heard of it", () => {
    const it = watch({ delayMs: 5_000 }).begun();
    expect(it.change(100, "b").action).toBeNull();
    expect(it.pending(1_200)).toEqual({ reason: "splay", until: 6_100 });
    expect(it.change(2_000, "a")).toMatchObject({ action: null, changed: true, wakeAt: null });
  });

  test("a return after a failure reloads: the app may have taken half", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.ended(1_200, "failed");
    expect(it.change(1_300, "a").action).toEqual(start("change"));
  });

  test("a return after a rejection does not: the app has not heard of it", () => {
    const it = watch().begun();
    it.change(100, "b");
    expect(it.ended(1_200, "rejected")).toMatchObject({ action: null, wakeAt: null });
    expect(it.change(1_300, "a").action).toBeNull();
  });

  test("but it does when the app was started with what was rejected", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.ended(1_200, "rejected");
    it.appStartedAt(5_000);
    expect(it.change(9_000, "a").action).toEqual(start("change"));
  });

  test.each([
    ["confirmed", "failed", true],
    ["unconfirmed", "failed", true],
    ["unconfirmed", "unconfirmed", false],
    ["failed", "failed", false],
    ["failed", "never", false],
    ["unconfirmed", "never", true],
  ] as const)("%s with retry on %s: the app has it is %p", (status, on, hasIt) => {
    const it = watch({ retry: { ...usual.retry, on } }).begun();
    it.change(100, "b");
    it.ended(1_200, status);
    expect(it.state().applied).toBe(hasIt ? "b" : "a");
    expect(it.state().job === null).toBe(hasIt || on === "never");
  });

  test("what was swapped to and fro while the app was reading it is reloaded once more, and no more than that", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.notice(1_150);
    it.ended(1_200, "confirmed");
    it.tick(2_150);
    expect(it.content(2_151, "b")).toMatchObject({ action: start("change"), changed: false });
    it.notice(2_155);
    it.ended(2_160, "confirmed");
    it.tick(3_155);
    expect(it.content(3_156, "b").action).toBeNull();
  });
});

test.each([
  ["late notices of what was written during a reload raise doubts", 1_400, true],
  ["notices of what was written later do not", 1_500, false],
])("%s", (_, noticedAt, isInDoubt) => {
  const it = watch().begun();
  it.change(100, "b");
  it.ended(1_200, "confirmed");
  it.notice(noticedAt);
  it.tick(noticedAt + 1_000);
  expect(it.content(noticedAt + 1_001, "b").action).toEqual(isInDoubt ? start("change") : null);
});

describe("the start", () => {
  test.each<[string, number | null, number | null, boolean]>([
    ["older than the app", 50, 40, false],
    ["newer than the app", 50, 80, true],
    ["newer by less than is known", 50, 60, false],
    ["of an unknown age", 50, null, false],
    ["newer, but the app is not there", null, 80, false],
  ])("with content that is %s", (_, startedAt, changedAt, reloads) => {
    const it = watch();
    it.tick(100);
    it.appStartedAt(startedAt);
    expect(it.content(100, "a", changedAt).action).toEqual(reloads ? start("start") : null);
    expect(it.state().applied).toBe(reloads ? null : "a");
  });
});
