import { describe, expect, test } from "bun:test";
import { createKept } from "#telemetry/kept.ts";

const limits = { keptMs: 1_000, unused: 3, most: 10 };

function kept() {
  const time = { now: 0 };
  const all = createKept(
    (key) => ({ key }),
    () => time.now,
    limits,
  );
  const keys = () => [...all.values()].map(({ key }) => key).sort();
  const use = (...used: string[]) => {
    for (const key of used) all.use(key);
    all.settle(({ key }) => used.includes(key));
  };
  return { time, all, keys, use };
}

describe("createKept()", () => {
  test("makes one for each key, and gives the same again", () => {
    const { all } = kept();
    expect(all.of("a")).toBe(all.of("a"));
    expect(all.of("a")).toEqual({ key: "a" });
  });

  test("keeps what is in use for as long as it is, and the rest for a while", () => {
    const { time, keys, use } = kept();
    use("a", "b");
    time.now = 5_000;
    use("a");
    expect(keys()).toEqual(["a", "b"]);
    time.now = 6_000;
    use("a");
    expect(keys()).toEqual(["a", "b"]);
    time.now = 6_001;
    use("a");
    expect(keys()).toEqual(["a"]);
  });

  test("what is heard of again counts as new", () => {
    const { time, all, keys, use } = kept();
    all.of("a");
    all.of("b");
    time.now = 900;
    all.of("b");
    time.now = 1_800;
    use();
    expect(keys()).toEqual(["b"]);
  });

  test("of what is not in use it keeps the newest", () => {
    const { all, keys, use } = kept();
    use("a");
    for (const key of ["1", "2", "3", "4", "5"]) all.of(key);
    all.of("1");
    use("a");
    expect(keys()).toEqual(["1", "4", "5", "a"]);
  });

  test("is bounded where nobody ever looks", () => {
    const { all, keys } = kept();
    for (let key = 0; key < 1_000; key++) all.of(`${key}`);
    expect(keys().length).toBeLessThanOrEqual(2 * limits.unused);
    expect(all.of("999")).toEqual({ key: "999" });
  });

  test("takes nothing away that this look has seen, however much is new", () => {
    const { keys, use } = kept();
    use(..."abcdefghi");
    expect(keys()).toEqual([..."abcdefghi"]);
    use(..."bcdefghi");
    expect(keys()).toEqual([..."abcdefghi"]);
  });

  test("makes no more than the most while all are in use, but for what is needed", () => {
    const { all, keys, use } = kept();
    use(..."abcdefghij");
    expect([all.of("k"), all.use("k")]).toEqual([null, null]);
    expect(all.of("a")).toEqual({ key: "a" });
    expect(all.need("k")).toEqual({ key: "k" });
    expect(keys()).toHaveLength(11);
  });
});
