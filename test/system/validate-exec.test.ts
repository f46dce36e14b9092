import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAtomically } from "../support/atomic-writer.ts";
import { binary, cleanEnv, type Json, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";

const program = join(import.meta.dir, "../programs/rereads.py");

/** Accepts or refuses by what the file holds. What it says must be heard by nobody, and it may be heard to have hung. */
const checker = `#!/bin/sh
echo $$ >> "$0.pids"
cat "$1"; cat "$1" >&2
case "$(cat "$1")" in
  *bad*) exit 3 ;;
  *hang*) [ -e "$0.hung" ] || { sleep 600 & echo $! >> "$0.sleeps"; : > "$0.hung"; wait; } ;;
esac
`;

/** The compiled binary in front of an app, and a program that looks at the app's configuration first. */
describe("sexton init validates by a program", () => {
  let folder = "";
  let check = "";
  let sexton: Bun.Subprocess<"ignore", "pipe", "pipe">;
  let [said, complaints, url] = ["", "", ""];

  const reads = () => said.split("\n").filter((line) => /^\d+ \d+$/.test(line)).length;
  const json = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as Json;
  const reloads = async () => (await json("/reloads"))["reloads"] as Json[];
  const pidsIn = (ending: string) => readFileSync(`${check}.${ending}`, "utf8").trim().split("\n").map(Number);
  const lives = (pid: number) => existsSync(`/proc/${pid}`);
  async function ended(what: string, write: () => void): Promise<Json> {
    const id = (await reloads())[0]?.["id"] ?? 0;
    write();
    return eventually(what, async () =>
      (await reloads()).find((reload) => reload["id"] > id && reload["status"] !== "running"),
    );
  }
  const write = (text: string) => () => void writeAtomically(folder, { "app.conf": text });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sexton-exec-"));
    check = `${folder}.check`;
    writeFileSync(check, checker);
    chmodSync(check, 0o755);
    const file = join(folder, "app.conf");
    write("good")();
    const watch = {
      name: "app",
      path: folder,
      settle: "200ms",
      verb: "HUP",
      validate: { exec: [check, file], timeout: "2s" },
      retry: { on: "failed", least: "100ms" },
    };
    writeFileSync(`${folder}.yaml`, JSON.stringify({ watch: [watch] }));
    const argv = [binary, "init", "-v", "-v", "-v", "-w", "--config", `${folder}.yaml`, "--", "python3", program, file];
    const env = { ...cleanEnv, SEXTON_LISTEN: "127.0.0.1:0" };
    sexton = Bun.spawn(argv, { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    void (async () => {
      for await (const chunk of sexton.stdout.pipeThrough(new TextDecoderStream())) said += chunk;
    })();
    void (async () => {
      for await (const chunk of sexton.stderr.pipeThrough(new TextDecoderStream())) complaints += chunk;
    })();
    const address = await eventually("it to serve", () => /addresses=\["([^"]+)"/.exec(complaints)?.[1]);
    url = `http://${address}`;
    await eventually("the app to have read it", () => reads() === 1);
  });
  afterAll(async () => {
    sexton.kill("SIGTERM");
    await sexton.exited;
    rmSync(folder, { recursive: true });
    for (const ending of [".yaml", ".check", ".check.pids", ".check.sleeps", ".check.hung"])
      rmSync(`${folder}${ending}`, { force: true });
  });

  test("what it accepts, the app is told of", async () => {
    const before = reads();
    expect(await ended("the reload", write("hunter2 good"))).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
    expect(reads()).toBe(before + 1);
  });

  test("what it refuses, the app is not told of", async () => {
    const before = reads();
    const reload = await ended("the rejection", write("hunter2 bad"));
    expect(reload).toMatchObject({
      status: "rejected",
      rejection: { line: null, column: null, reason: expect.stringMatching(/check ended with exit code 3$/) },
    });
    expect(reload["rejection"]["file"]).toStartWith(folder);
    expect((await json("/events"))["events"].map((event: Json) => event["type"])).toContain("config.rejected");
    // Whoever asks for it is answered the same.
    const asked = await (await fetch(`${url}/reloads/app`, { method: "POST" })).json();
    expect(asked).toMatchObject({ status: "rejected" });
    expect(reads()).toBe(before);
  });

  test("a program that hangs is killed with all of its group, and it is tried again", async () => {
    const before = reads();
    const known = pidsIn("pids").length;
    const failed = await ended("the failure", write("hang"));
    expect(failed).toMatchObject({ status: "failed", rejection: null });
    expect(failed["detail"]).toMatch(/^Cannot validate the content: .*check did not end within 2 s, and was killed$/);
    const hung = [...pidsIn("pids").slice(known, known + 1), ...pidsIn("sleeps")];
    expect(hung).toHaveLength(2);
    await eventually("both to be gone", () => !hung.some(lives));
    await eventually("the reload", async () => (await reloads())[0]?.["status"] === "confirmed");
    expect(reads()).toBe(before + 1);
  });

  test("none of them is called an orphan, and nothing that they have written is anywhere", async () => {
    const called = (pid: number) => new RegExp(`(pid=|process )${pid}\\b`).test(complaints);
    expect(pidsIn("pids").filter(called)).toEqual([]);
    // What the hanging one had started is one.
    expect(pidsIn("sleeps").filter(called)).toEqual(pidsIn("sleeps"));
    const told = JSON.stringify([await json("/reloads"), await json("/events"), complaints, said]);
    expect(told).not.toContain("hunter2");
  });

  test("elsewhere such a configuration is refused, and --once says what it cannot look at", async () => {
    const config = ["--config", `${folder}.yaml`];
    const served = await runBinary([...config, "--listen", "127.0.0.1:0"]);
    expect(served).toMatchObject({ code: 2, out: "" });
    expect(served.err).toContain("Cannot validate watch app by exec: only sexton init starts programs.");
    const once = await runBinary([...config, "--once"]);
    expect(once).toMatchObject({ code: 0, err: expect.stringContaining("only sexton init starts programs") });
    expect((await runBinary(["config", "check", ...config])).code).toBe(0);
  });

  test("elsewhere a SIGHUP does not bring it in: the old configuration stays", async () => {
    const path = `${folder}.other.yaml`;
    writeFileSync(path, JSON.stringify({ watch: [{ name: "old", path: folder }] }));
    const agent = await startAgent({ args: ["--config", path] });
    try {
      writeFileSync(path, JSON.stringify({ watch: [{ name: "new", path: folder, validate: { exec: ["true"] } }] }));
      process.kill(agent.pid, "SIGHUP");
      await eventually("the refusal", () => agent.stderr().includes("Cannot validate watch new by exec"));
      expect((await agent.json("/reloads"))["watches"]).toMatchObject([{ name: "old" }]);
    } finally {
      await agent.stop();
      rmSync(path);
    }
  });
});
