import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { errno } from "#kernel/errno.ts";
import {
  addFailure,
  createInotify,
  IN_CLOSE_WRITE,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_IGNORED,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_ONLYDIR,
  IN_OPEN,
  IN_Q_OVERFLOW,
  type Inotify,
  type InotifyEvent,
  initFailure,
  parseInotify,
} from "#kernel/inotify.ts";
import { libc } from "#kernel/libc.ts";
import { notify } from "#kernel/notifier.ts";
import { eventually } from "../support/poll.ts";

setDefaultTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), "sexton-inotify-"));
afterAll(() => rmSync(folder, { recursive: true }));
const everything = 0xfff;

/** As the kernel writes it: the name and its NUL, padded to whole headers. */
function encode({ wd, mask, cookie, name }: InotifyEvent): Uint8Array {
  const text = new TextEncoder().encode(name);
  const length = text.length === 0 ? 0 : Math.ceil((text.length + 1) / 16) * 16;
  const bytes = new Uint8Array(16 + length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, wd, true);
  view.setUint32(4, mask, true);
  view.setUint32(8, cookie, true);
  view.setUint32(12, length, true);
  bytes.set(text, 16);
  return bytes;
}

const concat = (all: readonly Uint8Array[]) => Uint8Array.from(all.flatMap((bytes) => [...bytes]));

describe("parseInotify()", () => {
  const cases: readonly (readonly [string, InotifyEvent])[] = [
    ["an event of a name", { wd: 1, mask: IN_CREATE | IN_ISDIR, cookie: 0, name: "..2026_01_01_00_00_00.1" }],
    ["an event of the watched itself", { wd: 2, mask: IN_DELETE_SELF, cookie: 0, name: "" }],
    ["an overflow", { wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: "" }],
    ["half of a rename", { wd: 7, mask: IN_MOVED_TO, cookie: 4_000_000_000, name: "..data" }],
    ["a name of 15 bytes, whose NUL is the last byte", { wd: 1, mask: IN_OPEN, cookie: 0, name: "123456789012345" }],
    ["a name of 16 bytes, whose NUL needs another 16", { wd: 1, mask: IN_OPEN, cookie: 0, name: "1234567890123456" }],
    ["a name that is not ASCII", { wd: 1, mask: IN_OPEN, cookie: 0, name: "größe-\u{1f600}" }],
  ];
  test.each(cases)("reads %s", (_, event) => {
    expect(parseInotify(encode(event))).toEqual([event]);
  });

  const event = fc.record({
    wd: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    mask: fc.nat({ max: 2 ** 32 - 1 }),
    cookie: fc.nat({ max: 2 ** 32 - 1 }),
    name: fc
      .string({ unit: "grapheme", maxLength: 60 })
      .filter(
        (name) =>
          !name.includes("\0") &&
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(name)) === name,
      ),
  });

  test("reads every row of events, and none of one that was cut off", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.nat({ max: 15 }), (events, cut) => {
        const bytes = concat(events.map(encode));
        expect(parseInotify(bytes)).toEqual(events);
        if (events.length > 0)
          expect(parseInotify(bytes.subarray(0, bytes.length - 1 - cut))).toEqual(events.slice(0, -1));
      }),
    );
  });

  test("never throws, and reads no more events than there are headers, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseInotify(bytes).length).toBeLessThanOrEqual(bytes.length / 16);
      }),
    );
  });
});

describe.skipIf(libc === null)("createInotify()", () => {
  function withInotify<T>(work: (inotify: Inotify) => T): T {
    const inotify = createInotify();
    if ("kind" in inotify) throw new Error(inotify.detail);
    try {
      return work(inotify);
    } finally {
      inotify.close();
    }
  }

  test("tells of what happens in a directory, in order", () => {
    const path = join(folder, "order");
    mkdirSync(path);
    withInotify((inotify) => {
      const wd = inotify.add(path, everything & ~0x10) as number;
      writeFileSync(join(path, "a"), "1");
      renameSync(join(path, "a"), join(path, "b"));
      rmSync(path, { recursive: true });
      const events = inotify.take().filter(({ mask }) => !(mask & IN_ISDIR));
      const told = events.map(({ mask, name }) => [mask, name]);
      expect(told).toEqual([
        [IN_CREATE, "a"],
        [IN_OPEN, "a"],
        [IN_MODIFY, "a"],
        [IN_CLOSE_WRITE, "a"],
        [IN_MOVED_FROM, "a"],
        [IN_MOVED_TO, "b"],
        [IN_DELETE, "b"],
        [IN_DELETE_SELF, ""],
        [IN_IGNORED, ""],
      ]);
      expect(new Set(events.map(({ wd }) => wd))).toEqual(new Set([wd]));
      const [from, to] = events.filter(({ cookie }) => cookie !== 0);
      expect(from?.cookie).toBe(to?.cookie as number);
      expect(inotify.take()).toEqual([]);
    });
  });

  test("gives the same number for the same inode, and is silent about what was removed", () => {
    withInotify((inotify) => {
      const wd = inotify.add(folder, IN_CREATE) as number;
      expect(inotify.add(join(folder, "."), IN_CREATE)).toBe(wd);
      inotify.remove(wd);
      inotify.remove(wd);
      writeFileSync(join(folder, "unheard"), "");
      expect(inotify.take().map(({ mask }) => mask)).toEqual([IN_IGNORED]);
    });
  });

  test("says why a path cannot be watched", () => {
    writeFileSync(join(folder, "file"), "");
    withInotify((inotify) => {
      const kindOf = (path: string, mask = IN_CREATE) => (inotify.add(path, mask) as { kind?: string }).kind;
      expect(kindOf(join(folder, "missing"))).toBe("gone");
      expect(kindOf(join(folder, "file"), IN_CREATE | IN_ONLYDIR)).toBe("gone");
      expect(kindOf("/".padEnd(5000, "x"))).toBe("unavailable");
      // The kernel would take it for the folder.
      expect(kindOf(`${folder}\0x`)).toBe("unavailable");
      // Of two bytes in UTF-8 each: as long as it may be in characters, too long in bytes.
      expect(kindOf("/".padEnd(4000, "ö"))).toBe("unavailable");
    });
  });

  test("tells when more happened than the kernel keeps", () => {
    const path = join(folder, "flood");
    mkdirSync(path);
    withInotify((inotify) => {
      inotify.add(path, IN_OPEN | IN_CREATE | IN_CLOSE_WRITE);
      // Each opens and closes under another name, since equal events in a row are one: 16,384 are kept by default.
      const [a, b] = [join(path, "a"), join(path, "b")];
      for (let round = 0; round < 9_000; round++) for (const name of [a, b]) closeSync(openSync(name, "w"));
      const events = inotify.take();
      expect(events.at(-1)).toEqual({ wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: "" });
      writeFileSync(a, "");
      expect(inotify.take().length).toBeGreaterThan(0);
    });
  });

  test("rings the event loop, loses nothing that comes while it is heard, and leaves no descriptor", async () => {
    const descriptors = () => [...new Bun.Glob("*").scanSync({ cwd: "/proc/self/fd", onlyFiles: false })].length;
    const path = join(folder, "bell");
    mkdirSync(path);
    const round = async () => {
      const inotify = createInotify();
      if ("kind" in inotify) throw new Error(inotify.detail);
      inotify.add(path, IN_CREATE);
      const names = new Set<string>();
      const bell = notify(inotify.fd, () => {
        for (const { name } of inotify.take()) names.add(name);
        return null;
      });
      expect(bell.mechanism).toBe("aio");
      for (let index = 0; index < 300; index++) {
        writeFileSync(join(path, `${index}`), "");
        if (index % 7 === 0) await Bun.sleep(0);
      }
      await eventually("each of 300 files", () => names.size === 300);
      bell.stop();
      inotify.close();
      rmSync(path, { recursive: true });
      mkdirSync(path);
    };
    await round();
    const before = descriptors();
    for (let rounds = 0; rounds < 10; rounds++) await round();
    await eventually("as many descriptors as before", () => descriptors() <= before);
  });
});

describe("a failure says what is exhausted", () => {
  test.each([
    ["ENOSPC", addFailure(errno.ENOSPC), "full", "fs.inotify.max_user_watches"],
    ["EMFILE", initFailure(errno.EMFILE), "full", "fs.inotify.max_user_instances"],
    ["ENFILE", initFailure(errno.ENFILE), "full", "ENFILE"],
    ["ENOSYS", initFailure(errno.ENOSYS), "unavailable", "ENOSYS"],
    ["EACCES", addFailure(errno.EACCES), "denied", "may not read"],
    ["ENOENT", addFailure(errno.ENOENT), "gone", "no such path"],
    ["EINVAL", addFailure(errno.EINVAL), "unavailable", "EINVAL"],
  ])("%s", (_, { kind, detail }, expected, words) => {
    expect(kind).toBe(expected as typeof kind);
    expect(detail).toContain(words);
  });
});
