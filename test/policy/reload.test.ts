import { describe, expect, test } from "bun:test";
import { splayOf } from "#policy/splay.ts";
import { start, watch } from "./reload-lead.ts";

describe("distances", () => {
  test("two starts keep theirs, a request does not", () => {
    const it = watch({ minSpacingMs: 30_000 }).begun();
    expect(it.change(100, "b").action).toEqual(start("change"));
    it.ended(1_200, "confirmed");
    expect(it.change(2_000, "c")).toMatchObject({ action: null, wakeAt: 31_100 });
    expect(it.pending(3_100)).toEqual({ reason: "spacing", until: 31_100 });
    it.request(4_000);
    expect(it.content(4_001, "c").action).toEqual(start("request"));
    it.ended(4_100, "confirmed");
    expect(it.change(5_000, "d").wakeAt).toBe(34_001);
    expect(it.tick(34_001).action).toEqual({ kind: "read" });
    expect(it.content(34_002, "d").action).toEqual(start("change"));
  });

  test("a rejected one keeps nobody waiting", () => {
    const it = watch({ minSpacingMs: 30_000 }).begun();
    it.change(100, "b");
    it.ended(1_200, "rejected");
    expect(it.change(1_300, "c").action).toEqual(start("change"));
  });

  test("changes that follow each other do not put the splay off for ever", () => {
    const it = watch({ delayMs: 5_000 }).begun();
    it.change(0, "b");
    it.change(2_000, "c");
    expect(it.change(4_000, "d").wakeAt).toBe(6_000);
    it.tick(6_000);
    expect(it.content(6_001, "d").action).toEqual(start("change"));
  });

  test("the splay is for changes alone", () => {
    const it = watch({ delayMs: 5_000 }).begun();
    it.change(0, "b");
    it.tick(6_000);
    it.content(6_000, "b");
    expect(it.ended(6_100, "failed").wakeAt).toBe(11_100);
    it.request(7_000);
    expect(it.content(7_000, "b").action).toEqual(start("request", 2));
  });
});

describe("trying again", () => {
  test("comes ever later, until it goes well", () => {
    const it = watch().begun();
    it.change(100, "b");
    let now = 1_100;
    for (const [attempt, pause] of [
      [2, 5_000],
      [3, 10_000],
      [4, 20_000],
      [5, 20_000],
    ] as const) {
      expect(it.ended(now, "failed").wakeAt).toBe(now + pause);
      expect(it.pending(now)).toEqual({ reason: "retry", until: now + pause });
      now += pause;
      expect(it.tick(now - 1).action).toBeNull();
      it.tick(now);
      expect(it.content(now, "b").action).toEqual(start("retry", attempt));
    }
    expect(it.ended(now, "confirmed")).toMatchObject({ action: null, wakeAt: null });
    expect(it.change(now, "c").action).toEqual(start("change"));
  });

  test("comes after a refusal too, but a return to what the app has needs none: it was told nothing", () => {
    const it = watch().begun();
    it.change(100, "b");
    expect(it.ended(1_100, "refused").wakeAt).toBe(6_100);
    expect(it.pending(1_200)).toEqual({ reason: "retry", until: 6_100 });
    expect(it.change(2_000, "a")).toMatchObject({ action: null, state: { job: null, applied: "a", tainted: false } });
    expect(it.pending(4_000)).toBeNull();
  });

  test("ends with a newer change, which starts anew", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.ended(1_100, "failed");
    expect(it.change(1_200, "c").action).toEqual(start("change"));
    expect(it.ended(2_300, "failed").wakeAt).toBe(7_300);
  });

  test("is not made of what was rejected, until it changes or is asked for", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.ended(1_100, "rejected");
    expect(it.change(2_000, "b").action).toBeNull();
    it.request(4_000);
    expect(it.content(4_000, "b").action).toEqual(start("request"));
    expect(it.ended(4_100, "rejected").wakeAt).toBeNull();
    expect(it.at(5_000, { kind: "reconsider" }).action).toEqual({ kind: "read" });
    expect(it.content(5_000, "b").action).toEqual(start("change"));
  });

  test("need not be made when the app has started since by itself", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.ended(1_200, "failed");
    it.appStartedAt(1_500);
    expect(it.tick(1_600).state.job).not.toBeNull();
    it.appStartedAt(3_000);
    expect(it.tick(3_100)).toMatchObject({
      action: null,
      wakeAt: null,
      state: { job: null, applied: "b", tainted: false },
    });
  });
});

describe("a target that is not there", () => {
  test("is waited for, and that is no failure", () => {
    const it = watch({ minSpacingMs: 30_000 }).begun();
    it.change(100, "b");
    expect(it.ended(1_100, "no-target").wakeAt).toBe(2_100);
    expect(it.pending(1_200)).toEqual({ reason: "target", until: null });
    it.tick(2_100);
    expect(it.content(2_100, "b").action).toEqual(start("change"));
    expect(it.pending(2_101)).toEqual({ reason: "target", until: null });
  });

  test("answers a request at once", () => {
    const it = watch().begun();
    it.request(100);
    it.content(100, "a");
    expect(it.ended(200, "no-target")).toMatchObject({ action: null, wakeAt: null });
  });
});

describe("holding", () => {
  test("lets nothing start until its end, or until it is released", () => {
    const it = watch().begun();
    it.hold(50, 60_000);
    expect(it.change(100, "b")).toMatchObject({ action: null, wakeAt: 60_000 });
    expect(it.pending(2_000)).toEqual({ reason: "held", until: 60_000 });
    expect(it.at(3_000, { kind: "release" }).action).toEqual({ kind: "read" });
    expect(it.content(3_000, "b").action).toEqual(start("change"));
  });

  test("does not keep a request", () => {
    const it = watch().begun();
    it.hold(50, 60_000);
    it.request(100);
    expect(it.content(100, "a").action).toEqual(start("request"));
  });
});

describe("one at a time", () => {
  test("a change while it runs is made after it", () => {
    const it = watch().begun();
    it.change(100, "b");
    expect(it.change(2_000, "c")).toMatchObject({ action: { kind: "supersede" }, wakeAt: null });
    expect(it.tick(3_500)).toMatchObject({ action: null, wakeAt: null });
    expect(it.ended(9_000, "confirmed").action).toEqual({ kind: "read" });
    expect(it.content(9_001, "c").action).toEqual(start("change"));
  });

  test("so is a return to what the app had", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.change(2_000, "a");
    it.ended(9_000, "confirmed");
    expect(it.content(9_001, "a").action).toEqual(start("change"));
  });

  test("and several requests are one", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.request(2_000);
    expect(it.request(2_001).action).toBeNull();
    it.ended(3_000, "confirmed");
    expect(it.content(3_001, "b").action).toEqual(start("request"));
    expect(it.ended(4_000, "confirmed")).toMatchObject({ action: null, wakeAt: null });
  });
});

test("what cannot be read is read again", () => {
  const it = watch().begun();
  it.notice(100);
  it.tick(1_100);
  expect(it.at(1_200, { kind: "unread" })).toMatchObject({ action: null, wakeAt: 2_200 });
  expect(it.tick(2_200).action).toEqual({ kind: "read" });
  expect(it.content(2_201, "b").action).toEqual(start("change"));
});

test("a request for what cannot be read is answered, and made no more", () => {
  const it = watch().begun();
  it.request(100);
  it.at(101, { kind: "unread" });
  it.tick(1_200);
  expect(it.content(1_201, "a")).toMatchObject({ action: null, wakeAt: null });
});

describe("splayOf()", () => {
  test("is the same for one pod and watch, and spreads a fleet", () => {
    expect(splayOf("web-1", "nginx", 60_000)).toBe(splayOf("web-1", "nginx", 60_000));
    expect(splayOf("web-1", "nginx", 0)).toBe(0);
    const delays = Array.from({ length: 1_000 }, (_, pod) => splayOf(`web-${pod}`, "nginx", 60_000));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
    for (let share = 0; share < 10; share++) {
      const inside = delays.filter((delay) => delay >= share * 6_000 && delay < (share + 1) * 6_000);
      expect(inside.length).toBeGreaterThan(60);
    }
    expect(splayOf("web-1", "other", 60_000)).not.toBe(splayOf("web-1", "nginx", 60_000));
  });
});
