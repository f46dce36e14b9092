import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { denied, gone, isUnread, orNull, type Unread, unavailable, unreadOf } from "#kernel/procfs/read.ts";

const { ENOENT, ESRCH, ENOTDIR, EACCES, EPERM, EINVAL, EMFILE, EIO } = constants.errno;

describe("unreadOf()", () => {
  test.each<[string, number, Unread]>([
    ["ENOENT", ENOENT, gone],
    ["ESRCH", ESRCH, gone],
    ["ENOTDIR", ENOTDIR, gone],
    ["EACCES", EACCES, denied],
    ["EPERM", EPERM, denied],
    ["EINVAL", EINVAL, unavailable],
    ["EMFILE", EMFILE, unavailable],
    ["EIO", EIO, unavailable],
  ])("takes %s for its reason", (_, code, reason) => {
    expect(unreadOf(code)).toBe(reason);
  });
});

test("isUnread() tells reasons from every value that a reader may give, falsy ones among them", () => {
  expect([gone, denied, unavailable].filter(isUnread)).toHaveLength(3);
  expect([0, "", null, undefined, [], {}, new Map(), new Uint8Array(0)].filter(isUnread)).toEqual([]);
});

test("orNull() makes null of a reason and of null, and keeps a value that is falsy", () => {
  expect([orNull(gone), orNull(denied), orNull(unavailable), orNull(null)]).toEqual([null, null, null, null]);
  expect(orNull<number>(0)).toBe(0);
});
