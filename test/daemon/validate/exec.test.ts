import { describe, expect, test } from "bun:test";
import { validate } from "#daemon/validate/validate.ts";
import type { Validation } from "#process/reload.ts";
import type { ProgramEnd, RunProgram } from "#process/run-program.ts";
import { refusePrograms } from "#serve/settings.ts";
import { watchSettings } from "../../support/reloader.ts";

const nginx: Validation = { kind: "exec", command: ["/usr/sbin/nginx", "-t"], timeoutMs: 2_500 };
const abort = new AbortController().signal;
const read = async () => new TextEncoder().encode("hunter2");
const filesAt = (...paths: string[]) => paths.map((path) => ({ path, size: 7, read }));
const look = (end: ProgramEnd, ...paths: string[]) =>
  validate(nginx, filesAt(...paths), abort, undefined, async () => end);
const ended = (exitCode: number | null, signal: string | null = null) => ({ exitCode, signal, timedOut: false });

describe("a program that validates", () => {
  test("is run once for all files, as it is written", async () => {
    const asked: unknown[] = [];
    const run: RunProgram = async (...all) => {
      asked.push(all);
      return ended(0);
    };
    expect(await validate(nginx, filesAt("/a", "/b"), abort, undefined, run)).toBeNull();
    expect(await validate(nginx, [], abort, undefined, run)).toBeNull();
    const call = [["/usr/sbin/nginx", "-t"], { timeoutMs: 2_500, abort }];
    expect(asked).toEqual([call, call]);
  });

  test.each<[ProgramEnd, string[], string, string]>([
    [ended(1), ["/etc/nginx/a.conf"], "/etc/nginx/a.conf", "nginx ended with exit code 1"],
    [ended(255), [], "nginx", "nginx ended with exit code 255"],
    [ended(null, "SIGSEGV"), ["/etc/n/a", "/etc/n/b/c"], "/etc/n", "nginx was ended by SIGSEGV"],
    [ended(1), ["/etc/a/x", "/etc/ab/y"], "/etc", "nginx ended with exit code 1"],
    [ended(1), ["/a", "/b"], "/", "nginx ended with exit code 1"],
  ])("rejects: %p of %p", async (end, paths, file, reason) => {
    expect(await look(end, ...paths)).toEqual({ file, line: null, column: null, reason });
  });

  test.each<[ProgramEnd, string]>([
    [{ error: "ENOENT" }, "nginx cannot be started: ENOENT"],
    [{ exitCode: null, signal: null, timedOut: true }, "nginx did not end within 2.5 s, and was killed"],
  ])("says nothing of the content: %p", async (end, sentence) => {
    await expect(look(end, "/a")).rejects.toThrow(sentence);
  });

  test("is not run where sexton starts none", async () => {
    await expect(validate(nginx, [], abort)).rejects.toThrow("only sexton init starts programs");
    const config = (validation: Validation | null) =>
      ({ watch: { watches: [watchSettings({ name: "conf", paths: ["/a"], validate: validation })] } }) as never;
    expect(() => refusePrograms(config(nginx), null)).toThrow(
      "Cannot validate watch conf by exec: only sexton init starts programs. Use json, yaml, toml or http, or run sexton in front of the app.",
    );
    expect(() => refusePrograms(config(nginx), async () => ended(0))).not.toThrow();
    expect(() => refusePrograms(config({ kind: "json" }), null)).not.toThrow();
  });
});
