import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { errno, errnoName } from "#kernel/errno.ts";
import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

test("errno has the numbers of this machine's C library", () => {
  const here: Record<string, number> = constants.errno;
  for (const [name, number] of Object.entries(errno)) expect(`${name} ${number}`).toBe(`${name} ${here[name]}`);
});

test("errnoName() names what it knows and numbers the rest", () => {
  expect(errnoName(3)).toBe("ESRCH");
  expect(errnoName(22)).toBe("EINVAL");
  expect(errnoName(999)).toBe("errno 999");
});

describe.skipIf(libc === null)("lastErrno()", () => {
  test("tells why the last call failed, whatever failed before", () => {
    const c = libc as NonNullable<typeof libc>;
    const path = memory(64);
    const reasonFor = (name: string) => {
      path.buffer.write(`${name}\0`);
      expect(c.open(path.pointer as never, 0)).toBe(-1);
      return lastErrno();
    };
    const reasons = [reasonFor("/nowhere"), reasonFor("/dev/null/x"), reasonFor("/nowhere")];
    expect(reasons).toEqual([errno.ENOENT, errno.ENOTDIR, errno.ENOENT]);
    expect(c.close(-1)).toBe(-1);
    expect(errnoName(lastErrno())).toBe("errno 9");
  });
});
