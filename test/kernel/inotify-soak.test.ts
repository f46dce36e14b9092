import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInotify, IN_IGNORED, IN_OPEN } from "#kernel/inotify.ts";
import { libc } from "#kernel/libc.ts";

setDefaultTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), "sexton-inotify-soak-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(libc === null)("compiled by every tier, inotify gives the right answer each time", () => {
  test("20,000 watches added, heard and removed: path, number and name of each", () => {
    const places = ["short", "a-name-that-is-longer-than-thirty-two-bytes", "größe"].map((name) => {
      mkdirSync(join(folder, name));
      return { directory: join(folder, name), file: `${name}.conf` };
    });
    const inotify = createInotify();
    if ("kind" in inotify) throw new Error(inotify.detail);
    let [wrong, last] = [0, 0];
    for (let round = 0; round < 20_000; round++) {
      const { directory, file } = places[round % places.length] as (typeof places)[number];
      const wd = inotify.add(directory, IN_OPEN);
      if (typeof wd !== "number" || wd <= last) wrong++;
      else last = wd;
      closeSync(openSync(join(directory, file), "a"));
      inotify.remove(last);
      const told = inotify.take().map(({ wd, mask, name, cookie }) => `${wd} ${mask} ${name} ${cookie}`);
      if (told.join() !== `${last} ${IN_OPEN} ${file} 0,${last} ${IN_IGNORED}  0`) wrong++;
      if (typeof inotify.add(`${directory}-missing`, IN_OPEN) === "number") wrong++;
      // The collector is to run in between.
      if (round % 64 === 0) Array.from({ length: 64 }, (_, index) => new Uint8Array(128 + index));
    }
    inotify.close();
    expect(wrong).toBe(0);
  });
});
