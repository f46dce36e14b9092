import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plain } from "../../support/init/plain.ts";
import { few, runUnder } from "../../support/init/run.ts";
import { describeEach } from "../../support/init/subjects.ts";

describeEach("a program that cannot be run", (subject) => {
  const expectFailure = async (program: string, { code, said }: { code: number; said: string }, cwd?: string) => {
    const ended = await runUnder(subject, [program, "x"], cwd === undefined ? {} : { cwd });
    expect(ended.code).toBe(code);
    expect(plain(ended.err)).toContain(`${said.replace("PATH", program)}\n`);
  };
  const { notFound, notExecutable, notDirectory } = subject.exec;

  test("because there is none", () =>
    few(["/nonexistent", "nonexistent-program", "./nonexistent", ""], (program) => expectFailure(program, notFound)));
  test("because it may not be executed", () =>
    few(["/etc/passwd", "/tmp", "/"], (program) => expectFailure(program, notExecutable)));
  test("because a part of its path is no folder", () => expectFailure("/etc/passwd/x", notDirectory));

  test("is found in PATH, behind those that cannot be, and a script needs no first line that says what runs it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sexton-path-"));
    writeFileSync(join(folder, "here"), 'echo "$0" "$@"; exit 3\n', { mode: 0o755 });
    writeFileSync(join(folder, "not-here"), "", { mode: 0o644 });
    const env = { PATH: `/nonexistent:${folder}:${subject.env["PATH"]}` };
    const { code, out } = await runUnder(subject, ["here", "a b"], { env });
    expect({ code, out }).toEqual({ code: 3, out: `${folder}/here a b\n` });
    const { code: refused } = await runUnder(subject, ["not-here"], { env });
    expect(refused).toBe(notExecutable.code);
    const { out: local } = await runUnder(subject, ["./here"], { cwd: folder });
    expect(local).toBe("./here\n");
    rmSync(folder, { recursive: true });
  });
});
