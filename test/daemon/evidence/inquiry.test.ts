import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchContent } from "#daemon/content/watch.ts";
import type { HttpProbe } from "#process/reload.ts";
import { eventually } from "../../support/poll.ts";
import { reloadingAgent } from "../../support/reloading.ts";
import { reloadingApps } from "../../support/reloading-apps.ts";
import { outcomeOf } from "../../support/reloading-servers.ts";

const { agent, start, python, reload, atEnd } = reloadingApps();
const unconfirmed = { status: "unconfirmed", evidence: [] };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sexton-inquiry-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("a process that executes itself anew", () => {
  const executing = (then: string) =>
    python(
      "import os, signal, sys, time",
      `again = lambda *_: os.execv(sys.executable, [sys.executable, '-u', '-c', ${JSON.stringify(then)}])`,
      "signal.signal(signal.SIGHUP, again)",
      "print('ready')",
      "while True: signal.pause()",
    );

  test("has reloaded when it lives on", async () => {
    const { pid } = await executing("import time; time.sleep(600)");
    const outcome = await reload(pid);
    expect(outcome).toMatchObject({ status: "confirmed", evidence: [{ kind: "re-executed" }] });
    expect((outcome as { afterSeconds: number }).afterSeconds).toBeWithin(0.24, 2);
  });

  test("has not when it ends of what it finds", async () => {
    const { pid } = await executing("import sys, time; time.sleep(0.05); sys.exit(4)");
    expect(await reload(pid)).toMatchObject({ status: "exited", exitCode: 4, evidence: [] });
    expect(await agent().ended(pid)).toMatchObject({ type: "reload.failed", data: { exitCode: 4 } });
  });
});

describe("files that a watch knows", () => {
  async function reading(onHup: string) {
    const folder = temporaryFolder();
    const file = join(folder, "app.conf");
    writeFileSync(file, "one");
    const watch = watchContent([folder], () => {});
    atEnd(() => watch.stop());
    await eventually("the watch to notice", () => readFileSync(file) && watch.opened() > 0);
    const { pid } = await python(
      "import signal",
      `def reload(*_): ${onHup.replace("FILE", JSON.stringify(file))}`,
      "signal.signal(signal.SIGHUP, reload)",
      "print('ready')",
      "while True: signal.pause()",
    );
    return { pid, file, proof: { waitMs: 1_000, http: null, opened: watch.opened } };
  }

  test("opened after the signal: it has reloaded", async () => {
    const { pid, proof } = await reading("open(FILE).read()");
    expect(await reload(pid, { proof })).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
  });

  test("written right before the signal, and never opened after it", async () => {
    const { pid, file, proof } = await reading("pass");
    for (let times = 0; times < 20; times++) writeFileSync(file, `two ${times}`);
    expect(await reload(pid, { proof })).toMatchObject(unconfirmed);
  });

  test("are known to the agent too, when nobody has handed them in", async () => {
    const { pid, proof } = await reading("open(FILE).read()");
    const asked: string[] = [];
    const other = reloadingAgent({}, (target) => {
      asked.push(target);
      return proof.opened;
    });
    atEnd(() => other.stop());
    const report = await other.reload(pid);
    expect(outcomeOf(report)).toMatchObject({ status: "confirmed", evidence: [{ kind: "file-opened" }] });
    expect(asked).toEqual(["target" in report ? report.target.name : ""]);
  });
});

describe("what an app answers over HTTP", () => {
  const server = `
    let reloads = 0;
    process.on("SIGHUP", () => setTimeout(() => reloads++, 200));
    const answers = {
      "/json": () => JSON.stringify({ data: { reloads, same: 1 } }),
      "/metrics": () => "app_reloads " + reloads + "\\n",
      "/text": () => "reloads: " + reloads,
    };
    const s = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => {
      const answer = answers[new URL(request.url).pathname];
      return answer ? new Response(answer()) : new Response("reloads " + reloads, { status: 500 });
    } });
    console.log(s.port);
  `;
  async function asking(path: string, probe: Partial<HttpProbe>) {
    const { pid, lines } = await start([process.execPath, "-e", server]);
    const port = await lines.waitForMatch(/^\d+$/);
    const http = { url: `http://user:secret@127.0.0.1:${port}${path}?key=secret`, field: null, expect: null, ...probe };
    let opens = 0;
    return reload(pid, { proof: { waitMs: 1_500, http, opened: () => opens++ } });
  }

  test.each([
    ["/json", { field: "data.reloads" }, "data.reloads has changed"],
    ["/json", { field: "data.reloads", expect: "1" }, "data.reloads is what was expected"],
    ["/metrics", { field: "app_reloads" }, "app_reloads has changed"],
    ["/text", {}, "the answer has changed"],
    ["/text", { expect: "reloads: 1" }, "the answer is what was expected"],
  ])("at %s that shows it: %p", async (path, probe, detail) => {
    const outcome = await asking(path, probe);
    expect(outcome).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "http-probe", detail: expect.stringContaining(detail) }],
    });
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });

  test.each([
    ["/json", { field: "data.same" }],
    ["/json", { field: "data.missing" }],
    ["/json", { field: "data.reloads", expect: "7" }],
    ["/failing", {}],
  ])("at %s that does not show it, whatever else was seen: %p", async (path, probe) => {
    expect(await asking(path, probe)).toMatchObject(unconfirmed);
  });
});
