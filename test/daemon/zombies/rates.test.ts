import { describe, expect, test } from "bun:test";
import { createZombieRates } from "#daemon/zombies/rates.ts";

const minute = 60_000;
const hour = 60 * minute;
const cron = { pid: 17, startTicks: 170 };
const fpm = { pid: 18, startTicks: 180 };

describe("zombies per hour", () => {
  test("are none for whom nothing was counted", () => {
    expect(createZombieRates(0).perHour(cron, hour)).toBe(0);
  });

  test("are what was seen in the last hour", () => {
    const rates = createZombieRates(0);
    for (let at = 0; at < 3 * hour; at += 10 * minute) rates.count(cron, at);
    rates.count(fpm, 3 * hour - 1);
    expect(rates.perHour(cron, 3 * hour - 1)).toBe(6);
    expect(rates.perHour(fpm, 3 * hour - 1)).toBe(1);
    expect(rates.perHour(cron, 5 * hour)).toBe(0);
  });

  test("are scaled up while less than an hour was seen, but the first zombie of all is no flood", () => {
    const rates = createZombieRates(0);
    rates.count(cron, 1);
    expect(rates.perHour(cron, 1)).toBe(60);
    expect(rates.perHour(cron, minute)).toBe(60);
    expect(rates.perHour(cron, 30 * minute)).toBe(2);
    expect(rates.perHour(cron, hour)).toBe(1);
  });

  test("of a flood are those of its newest, whose number is bounded", () => {
    const rates = createZombieRates(0);
    // Ten a second for an hour, of which 2,000 are remembered.
    for (let at = 0; at < hour; at += 100) rates.count(cron, at);
    const perHour = rates.perHour(cron, hour);
    expect(perHour).toBeGreaterThan(35_900);
    expect(perHour).toBeLessThan(36_100);
  });

  test("are a parent's, not a pid's", () => {
    const rates = createZombieRates(0);
    rates.count(cron, 0);
    expect(rates.perHour({ ...cron, startTicks: 999 }, hour - 1)).toBe(0);
  });

  test("of a thousand parents are kept: who has left none for longest is forgotten", () => {
    const rates = createZombieRates(0);
    const parent = (pid: number) => ({ pid, startTicks: pid });
    for (let pid = 1; pid <= 1_000; pid++) rates.count(parent(pid), pid);
    rates.count(parent(1), 1_001);
    rates.count(parent(2_000), 1_002);
    expect(rates.perHour(parent(1), hour)).toBe(2);
    expect(rates.perHour(parent(2), hour)).toBe(0);
    expect(rates.perHour(parent(2_000), hour)).toBe(1);
  });
});
