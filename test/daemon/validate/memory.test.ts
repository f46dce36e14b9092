import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

setDefaultTimeout(60_000);
const program = join(import.meta.dir, "../../programs/validate-files.ts");
const mebibyte = 1024 * 1024;
const ofBytes = (part: string, bytes: number) => part.repeat(Math.floor(bytes / part.length));

/** What sexton lives in is 128 MiB, and it has other things to do. Files that people write take half of this. */
const mostMebibytes = 96;

/** In MiB, proc_pid_status(5); null when it has ended. */
function anonOf(pid: number): number | null {
  try {
    const [, kibibytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kibibytes === undefined ? null : Number(kibibytes) / 1024;
  } catch {
    return null;
  }
}

test.each<[string, string, number, string, boolean]>([
  ["6 MB", "yaml", 1, ofBytes("key:\n- name: value\n  list: [a, b, c]\n---\n", 6 * mebibyte), false],
  ["6 MB", "json", 1, `[${ofBytes('{"key": [1, 2, "x"]},', 6 * mebibyte)}0]`, false],
  ["6 MB", "toml", 1, ofBytes("[[table]]\nname = 'value'\n", 6 * mebibyte), false],
  ["all that lines are told of", "yaml", 16, ofBytes("- a\n", 127 * 1024), true],
  ["all that is judged", "yaml", 16, `[${ofBytes("[],", mebibyte - 10)}a]`, true],
  ["all that is judged", "json", 16, `[${ofBytes("[],", mebibyte - 10)}0]`, true],
  ["all that is judged", "toml", 16, `a=[${ofBytes("[],", mebibyte - 10)}0]`, true],
])("%s of %s is looked at in the memory that there is", async (_, kind, count, text, isJudged) => {
  const child = Bun.spawn([process.execPath, "--smol", program, kind, `${count}`], {
    stdin: Buffer.from(text),
    stdout: "pipe",
    stderr: "inherit",
  });
  let most = 0;
  while (child.exitCode === null) {
    most = Math.max(most, anonOf(child.pid) ?? 0);
    await Bun.sleep(3);
  }
  const told = isJudged ? [] : [expect.stringContaining("is larger than 1 MiB")];
  expect(JSON.parse(await new Response(child.stdout).text())).toEqual({ rejection: null, unjudged: told });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThan(mostMebibytes);
});
