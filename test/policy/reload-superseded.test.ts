import { describe, expect, test } from "bun:test";
import { start, watch } from "./reload-lead.ts";

describe("a newer change", () => {
  test("makes what it has superseded count for nothing: also a return to what the app had is reloaded", () => {
    const it = watch().begun();
    it.change(100, "b");
    expect(it.change(2_000, "c").action).toEqual({ kind: "supersede" });
    it.ended(3_001, "superseded");
    expect(it.content(3_002, "a").action).toBeNull();
    it.tick(4_002);
    expect(it.content(4_003, "a").action).toEqual(start("change"));
  });

  test("makes a return to what was superseded a reload", () => {
    const it = watch().begun();
    it.change(100, "b");
    it.change(2_000, "c");
    it.ended(3_001, "superseded");
    it.content(3_002, "b");
    it.tick(4_002);
    expect(it.content(4_003, "b").action).toEqual(start("change"));
    expect(it.ended(4_100, "confirmed")).toMatchObject({ action: null, wakeAt: null, state: { applied: "b" } });
  });

  test("that waits for its distance, its splay or a hold supersedes nothing before", () => {
    const spaced = watch({ minSpacingMs: 30_000 }).begun();
    spaced.change(100, "b");
    expect(spaced.change(2_000, "c")).toMatchObject({ action: null, wakeAt: 31_100 });
    expect(spaced.tick(31_100).action).toEqual({ kind: "supersede" });
    const splayed = watch({ delayMs: 5_000 }).begun();
    splayed.change(100, "b");
    splayed.tick(6_100);
    splayed.content(6_100, "b");
    expect(splayed.change(7_000, "c")).toMatchObject({ action: null, wakeAt: 13_000 });
    expect(splayed.tick(13_000).action).toEqual({ kind: "supersede" });
    const held = watch().begun();
    held.change(100, "b");
    held.hold(1_500, 60_000);
    expect(held.change(2_000, "c")).toMatchObject({ action: null, wakeAt: 60_000 });
    expect(held.request(4_000).action).toEqual({ kind: "supersede" });
  });

  test("a request alone supersedes nothing: it is of the same content", () => {
    const it = watch().begun();
    it.change(100, "b");
    expect(it.request(2_000).action).toBeNull();
    expect(it.change(2_100, "b").action).toBeNull();
  });
});
