import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAtomically } from "../support/atomic-writer.ts";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";

const program = join(import.meta.dir, "../programs/rereads.py");

/** What happens to a configuration, as its users see it: the compiled binary, a real app and a real volume. */
describe("an app that nobody knows, whose configuration is watched", () => {
  let folder = "";
  let agent: Agent;
  let app: Bun.Subprocess<"ignore", "pipe", "ignore">;
  let said = "";

  const write = (settings: Json | string) =>
    writeAtomically(folder, { "app.json": typeof settings === "string" ? settings : JSON.stringify(settings) });
  const reloads = async () => (await agent.json("/reloads"))["reloads"] as Json[];
  const reads = () => said.split("\n").length - 1;
  const reloadAfter = (id: number) =>
    eventually("the next reload", async () =>
      (await reloads()).find((reload) => reload["id"] > id && reload["status"] !== "running"),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sexton-config-"));
    write({ workers: 1 });
    const argv = ["python3", program, join(folder, "app.json")];
    app = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
    void (async () => {
      for await (const chunk of app.stdout.pipeThrough(new TextDecoderStream())) said += chunk;
    })();
    await eventually("the app to have read it", () => reads() === 1);
    const watch = { name: "app", path: folder, target: "app", validate: "json", settle: "200ms" };
    const targets = { app: { args: folder, name: "python3" } };
    // Beside the volume: in it, it would be watched too.
    writeFileSync(`${folder}.yaml`, JSON.stringify({ targets, watch: [watch] }));
    agent = await startAgent({ args: ["--config", `${folder}.yaml`] });
  });
  afterAll(async () => {
    await agent.stop();
    app.kill("SIGKILL");
    await app.exited;
    rmSync(folder, { recursive: true });
    rmSync(`${folder}.yaml`);
  });

  test("reads it again, and that is the proof", async () => {
    const id = (await reloads())[0]?.["id"] ?? 0;
    const before = reads();
    write({ workers: 2 });
    expect(await reloadAfter(id)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
      process: expect.stringMatching(new RegExp(`^${app.pid}-`)),
    });
    expect(reads()).toBe(before + 1);
  });

  test("is not told of what is no JSON, and of nothing in it is anything said", async () => {
    const id = (await reloads())[0]?.["id"] ?? 0;
    const before = reads();
    write('{ "workers": 3, hunter2 }');
    const rejected = await reloadAfter(id);
    expect(rejected).toMatchObject({
      status: "rejected",
      rejection: { file: expect.stringContaining("app.json"), line: 1 },
    });
    const told = JSON.stringify([await agent.json("/reloads"), await agent.json("/events"), agent.stderr()]);
    expect(told).toContain("config.rejected");
    expect(told).not.toContain("hunter2");
    write({ workers: 4 });
    expect(await reloadAfter(rejected["id"])).toMatchObject({ status: "confirmed" });
    expect(reads()).toBe(before + 1);
  });

  test("gives the same proof to who asks for its reload by a signal", async () => {
    const answer = await agent.post("/signal/reload?target=app&wait=5s");
    expect(((await answer.json()) as Json)["outcome"]).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
  });

  test("a dry run tells what would be done, and does nothing", async () => {
    const [before, records] = [reads(), await reloads()];
    const answer = (await (await agent.post("/reloads/app?dryRun=true")).json()) as Json;
    expect(answer).toMatchObject({ status: "would-reload", dryRun: true });
    expect(reads()).toBe(before);
    expect(await reloads()).toEqual(records);
  });

  test("the command line shows it, and finds what is wrong without an agent", async () => {
    const at = ["--listen", agent.url.slice("http://".length)];
    const { out, code } = await runBinary(["reloads", ...at]);
    expect(code).toBe(0);
    expect(out).toMatch(/^WATCH /);
    const run = await runBinary(["reloads", "run", "app", ...at]);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(await runBinary(["--once", "--watch", `app=${folder},validate=json`])).toMatchObject({ code: 0, err: "" });
    const missing = await runBinary(["--once", "--watch", `app=${folder}/nothing`]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("there is nothing") });
  });
});
