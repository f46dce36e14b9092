import { describe, expect, test } from "bun:test";
import { isLoopback } from "#base/loopback.ts";

describe("isLoopback()", () => {
  test.each(["localhost", "127.0.0.1", "127.1.2.3", "::1"])("is true for %s", (hostname) => {
    expect(isLoopback(hostname)).toBe(true);
  });
  test.each([
    "",
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "127.0.0.1.example.com",
    "example.com.127.0.0.1x",
    "localhost.example.com",
    "a127.0.0.1",
    "127.0.0",
    "127.0.0.1\n",
  ])("is false for %j", (hostname) => {
    expect(isLoopback(hostname)).toBe(false);
  });
});
