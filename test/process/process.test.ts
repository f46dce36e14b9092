import { describe, expect, test } from "bun:test";
import { commandLine, exeName } from "#process/process.ts";
import { sighting } from "../support/processes.ts";

const facts = (exe: string | null) => sighting({ pid: 17, exe }).facts;

describe("commandLine()", () => {
  test("joins the arguments with spaces", () => {
    expect(commandLine(sighting({ pid: 17, args: ["nginx", "-g", "daemon off;"] }))).toBe("nginx -g daemon off;");
  });

  test("is the name in brackets where there are no arguments", () => {
    const zombie = sighting({ pid: 17, name: "sh" });
    expect(commandLine({ name: "sh", facts: { ...zombie.facts, args: null } })).toBe("[sh]");
    expect(commandLine({ name: "sh", facts: { ...zombie.facts, args: [] } })).toBe("[sh]");
  });
});

describe("exeName()", () => {
  test.each([
    ["/usr/sbin/nginx", "nginx"],
    ["/nginx", "nginx"],
    ["nginx", "nginx"],
    ["/usr/sbin/nginx (deleted)", "nginx"],
    ["/opt/my app/run me", "run me"],
    ["/opt/x (deleted)/run", "run"],
  ])("takes the base name of %s", (exe, name) => {
    expect(exeName(facts(exe))).toBe(name);
  });

  test("is null where permission hides the executable", () => {
    expect(exeName(facts(null))).toBeNull();
  });
});
