import { beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logFolders } from "#daemon/pods/log-folders.ts";
import { createPodNames, type PodSource } from "#daemon/pods/pod-names.ts";
import type { PodName } from "#process/pod.ts";

const web: PodName = { namespace: "default", name: "web-1" };
const shop: PodName = { namespace: "shop", name: "web-1" };

/** A source whose list a test changes, and which counts how often it was asked. */
function source(name: string) {
  const list = new Map<string, PodName>();
  const asked = { times: 0, fails: false, later: false };
  const given: PodSource = {
    name,
    list() {
      asked.times++;
      if (asked.fails) throw new Error("it is not there");
      return asked.later ? Promise.resolve([...list]) : [...list];
    },
  };
  return { list, asked, given };
}

describe("createPodNames()", () => {
  let now: number;
  let first: ReturnType<typeof source>;
  let second: ReturnType<typeof source>;
  const names = () => createPodNames([first.given, second.given], () => now);
  beforeEach(() => {
    now = 5_000;
    first = source("first");
    second = source("second");
  });

  test("asks once for all that the list names", () => {
    first.list.set("a", web).set("b", shop);
    const { of } = names();
    expect([of("a"), of("b"), of("a")]).toEqual([web, shop, web]);
    expect([first.asked.times, second.asked.times]).toEqual([1, 0]);
  });

  test("asks soon for a pod that is new, and seldom for one that was missed", () => {
    const { of } = names();
    expect(of("a")).toBeNull();
    first.list.set("a", web).set("b", shop);
    now += 999;
    expect([of("b"), first.asked.times]).toEqual([null, 1]);
    now += 1;
    expect([of("a"), first.asked.times]).toEqual([null, 1]);
    expect([of("b"), of("a"), first.asked.times]).toEqual([shop, web, 2]);
    now += 1_000;
    expect(of("c")).toBeNull();
    now += 29_999;
    expect([of("c"), first.asked.times]).toEqual([null, 3]);
    now += 1;
    first.list.set("c", web);
    expect([of("c"), first.asked.times]).toEqual([web, 4]);
  });

  test("asks the second for those alone that the first does not name", () => {
    first.list.set("a", web);
    second.list.set("a", shop).set("b", shop);
    const { of } = names();
    expect([of("a"), of("b")]).toEqual([web, shop]);
  });

  test("goes on without a source that fails, and says why until it does not", () => {
    first.asked.fails = true;
    second.list.set("a", web);
    const { of, problem } = names();
    expect([of("a"), problem()]).toEqual([web, "Cannot name pods by first: it is not there"]);
    first.asked.fails = false;
    now += 60_000;
    of("b");
    expect(problem()).toBeNull();
  });

  test("knows what a source answers later, and asks it no second time meanwhile", async () => {
    second.asked.later = true;
    second.list.set("a", web);
    const { of } = names();
    expect(of("a")).toBeNull();
    now += 60_000;
    expect([of("b"), of("a"), second.asked.times]).toEqual([null, null, 1]);
    await Promise.resolve();
    await Promise.resolve();
    expect(of("a")).toEqual(web);
  });
});

test("logFolders() names pods by the kubelet's folders, whatever else is there", () => {
  const folder = mkdtempSync(join(tmpdir(), "sexton-logs-"));
  try {
    const uid = crypto.randomUUID();
    for (const name of [`shop_web-1_${uid}`, "lost+found", `_x_${uid}`]) mkdirSync(join(folder, name));
    expect([...(logFolders(folder).list() as Iterable<unknown>)]).toEqual([[uid, shop]]);
    const { of, problem } = createPodNames([logFolders(join(folder, "none"))], () => 0);
    expect([of(uid), problem()]).toEqual([null, expect.stringContaining("ENOENT")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
