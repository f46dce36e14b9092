import { expect, test } from "bun:test";
import { createBoundedWriter } from "#base/bounded-writer.ts";

/** Somebody who takes what is written when the test says so. */
function createReader() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    taken,
    take: (text: string) =>
      new Promise<void>((resolve, reject) => {
        waiting.push(() => {
          taken.push(text);
          if (text.includes("gone")) reject(new Error("EPIPE"));
          else resolve();
        });
      }),
    async read() {
      for (const next of waiting.splice(0)) next();
      await Bun.sleep(0);
    },
  };
}

test("while nobody reads, what is too much is lost whole, and counted when there is room again", async () => {
  const reader = createReader();
  const lost: number[] = [];
  const write = createBoundedWriter(reader.take, (count) => void lost.push(count), 10);
  for (const text of ["1234", "5678", "abc", "defg"]) write(text);
  await reader.read();
  expect(reader.taken).toEqual(["1234", "5678"]);
  expect(lost).toEqual([2]);
  write("back");
  await reader.read();
  expect(reader.taken.at(-1)).toBe("back");
  expect(lost).toEqual([2]);
});

test("one text may be longer than all that may wait", async () => {
  const reader = createReader();
  const write = createBoundedWriter(reader.take, () => {}, 4);
  write("12345678");
  await reader.read();
  expect(reader.taken).toEqual(["12345678"]);
});

test("a reader that has gone leaves nothing waiting", async () => {
  const reader = createReader();
  const write = createBoundedWriter(reader.take, () => {}, 6);
  write("gone 1");
  await reader.read();
  write("gone 2");
  await reader.read();
  expect(reader.taken).toEqual(["gone 1", "gone 2"]);
});
