import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

const kernel = join(import.meta.dir, "../../src/kernel");

// arm64 has the numbers that all newer architectures have. Debian's linux-libc-dev, which gcc brings along, has both.
const headers = {
  x64: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
  arm64: "/usr/include/asm-generic/unistd.h",
};
const haveHeaders = Object.values(headers).every((path) => existsSync(path));

/** What a header calls its numbers: __NR_fcntl, or __NR3264_fcntl where it differs for 32 bits. */
function numbersOf(path: string): ReadonlyMap<string, number> {
  const text = readFileSync(path, "utf8");
  return new Map(
    [...text.matchAll(/#define __NR(?:3264)?_(\w+) (\d+)\b/g)].map(([, name, number]) => [`${name}`, Number(number)]),
  );
}

interface Use {
  readonly file: string;
  readonly name: string;
  readonly arm64: number;
  readonly x64: number;
}

/** Every number in the sources: `SYS_kill = arm ? 129 : 62`, `SYS_pidfd_open = 434`, `? { io_setup: 0 } : { io_setup: 206 }`. */
function uses(): Use[] {
  const found: Use[] = [];
  for (const file of new Glob("**/*.ts").scanSync({ cwd: kernel })) {
    const text = readFileSync(join(kernel, file), "utf8");
    for (const [, name = "", arm64, x64] of text.matchAll(/const SYS_(\w+) = [^;?]*\? (\d+)n? : (\d+)n?;/g))
      found.push({ file, name, arm64: Number(arm64), x64: Number(x64) });
    // One number for both, but for what is of x86-64 alone.
    for (const [, name = "", number] of text.matchAll(/const SYS_(\w+) = (\d+);/g))
      if (!["ptrace.ts", "adopt.ts"].includes(file))
        found.push({ file, name, arm64: Number(number), x64: Number(number) });
    for (const [, onArm = "", onX64 = ""] of text.matchAll(/"arm64"\s*\? \{([^}]+)\}\s*: \{([^}]+)\}/g)) {
      const numbers = (list: string) =>
        new Map([...list.matchAll(/(\w+): (\d+)/g)].map(([, key, value]) => [`${key}`, Number(value)]));
      for (const [name, arm64] of numbers(onArm))
        found.push({ file, name, arm64, x64: numbers(onX64).get(name) ?? Number.NaN });
    }
  }
  return found;
}

test("the numbers of system calls are found in the sources", () => {
  const names = new Set(uses().map(({ name }) => name));
  for (const name of ["kill", "pidfd_open", "inotify_init1", "io_submit", "wait4"]) expect(names).toContain(name);
});

test.skipIf(!haveHeaders)(
  "the numbers of system calls are those of the kernel's headers, for both architectures",
  () => {
    const [x64, arm64] = [numbersOf(headers.x64), numbersOf(headers.arm64)];
    for (const use of uses()) {
      const expected = { x64: x64.get(use.name), arm64: arm64.get(use.name) };
      expect({ ...use, ...expected }).toEqual(use);
    }
  },
);
