import { expect, test } from "bun:test";
import { calledAs } from "#init/called.ts";

test.each([
  ["sexton", ["init", "--", "true"], "sexton"],
  ["/usr/bin/sexton", ["init"], "sexton"],
  ["sexton", ["serve"], null],
  ["sexton", [], null],
  ["sexton", ["serve", "init"], null],
  ["tini", [], "tini"],
  ["/sbin/docker-init", ["--", "sh"], "tini"],
  ["./dumb-init", ["init"], "dumb-init"],
  ["tini/sexton", ["ps"], null],
  ["mytini", ["ps"], null],
] as const)("called as %s with %p", (argv0, args, expected) => {
  expect(calledAs(argv0, args)).toBe(expected);
});
