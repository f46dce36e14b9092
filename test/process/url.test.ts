import { expect, test } from "bun:test";
import { placeOf } from "#process/url.ts";

test("where a URL leads is told without what may be secret", () => {
  expect(placeOf("http://user:password@127.0.0.1:80/a?token=b#c")).toBe("http://127.0.0.1/a");
});
