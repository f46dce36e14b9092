import { describe, expect, test } from "bun:test";
import { alike, closest, suggestion } from "#base/closest.ts";

const watches = ["nginx-conf", "prometheus", "app"];

describe("alike()", () => {
  test.each<[string, string | null]>([
    ["nginx-cofn", "nginx-conf"],
    ["NGINX-CONF", "nginx-conf"],
    ["nginx", "nginx-conf"],
    ["promtheus", "prometheus"],
    ["ap", "app"],
    ["apq", "app"],
    ["apprometheus", "prometheus"],
    ["pap", "app"],
    ["redis", null],
    ["xyz", null],
    ["", null],
    ["n", null],
    ["certificates-of-the-gateway", null],
  ])("%j is like %j", (word, near) => {
    expect(alike(word, watches)).toBe(near);
  });

  test("nothing is like a word where nothing is known", () => {
    expect(alike("app", [])).toBeNull();
  });
});

test("closest() always has one, however far away it is", () => {
  expect(watches).toContain(closest("certificates-of-the-gateway", watches));
});

test("suggestion() is the end of a sentence, or nothing", () => {
  expect(suggestion("promtheus", watches)).toBe(' Did you mean "prometheus"?');
  expect(suggestion("ap", watches, (near) => `--${near}`)).toBe(" Did you mean --app?");
  expect(suggestion("redis", watches)).toBe("");
  expect(suggestion("redis", watches, undefined, " There are three.")).toBe(" There are three.");
});
