import { describe, expect, test } from "bun:test";
import { createCauses } from "#daemon/causes.ts";

const process = (pid: number, startTicks = pid * 10) => ({ pid, startTicks });

describe("causes", () => {
  test("are the newest signal of those who are asked for", () => {
    const causes = createCauses();
    causes.signalled(5, 50, 1, 0);
    causes.signalled(6, 60, 2, 0);
    expect(causes.of([process(5)], 100)).toBe(1);
    expect(causes.of([process(5), process(6)], 100)).toBe(2);
    expect(causes.of([process(7)], 100)).toBeNull();
    causes.signalled(5, 50, 3, 100);
    expect(causes.of([process(5), process(6)], 100)).toBe(3);
  });

  test("end after ten seconds for children, and last an hour for the process itself, which may be slow to end", () => {
    const causes = createCauses();
    causes.signalled(5, 50, 1, 0);
    expect(causes.of([process(6), process(5)], 10_000)).toBe(1);
    expect(causes.of([process(6), process(5)], 10_001)).toBeNull();
    expect(causes.of([process(5)], 3_600_000)).toBe(1);
    expect(causes.of([process(5)], 3_600_001)).toBeNull();
  });

  test("are forgotten when the clock is set back, instead of being put down to what comes in the next hour", () => {
    const causes = createCauses();
    causes.signalled(5, 50, 1, 3_600_000);
    expect(causes.of([process(6), process(5)], 3_595_000)).toBe(1);
    expect(causes.of([process(6), process(5)], 0)).toBeNull();
  });

  test("are not those of another process that has the pid now", () => {
    const causes = createCauses();
    causes.signalled(5, 50, 1, 0);
    expect(causes.of([process(5, 51)], 100)).toBeNull();
  });

  test("are at most a thousand", () => {
    const causes = createCauses();
    for (let pid = 1; pid <= 1_500; pid++) causes.signalled(pid, pid * 10, pid, 0);
    expect(causes.of([process(500)], 0)).toBeNull();
    expect(causes.of([process(501)], 0)).toBe(501);
    expect(causes.of([process(1_500)], 0)).toBe(1_500);
  });
});
