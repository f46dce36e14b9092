import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { endings, type Negligent, startNegligent } from "../support/negligent.ts";
import { expectProblem } from "../support/problem.ts";

const { agent, json, request } = realApp();
agent.configure({ ...agent.settings(), zombies: { remedy: "report", minAgeMs: 100 } });

// Of all zombies of this machine a test may ask about its own alone.
let parent: Negligent;
let code7: number;
let segv: number;
let stays: number;
beforeAll(async () => {
  parent = await startNegligent([endings.code7, endings.segv, endings.stays]);
  [code7 = 0, segv = 0, stays = 0] = parent.children;
  await json("/zombies");
  await Bun.sleep(400); // Past the minimum age, and past the scan.
});
afterAll(() => parent.close());

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const id = (pid: number) => expect.stringMatching(new RegExp(`^${pid}-\\d+$`));
const own = (answer: Json) => (answer["zombies"] as Json[]).filter((zombie) => zombie["parent"]?.pid === parent.pid);

describe("GET /zombies", () => {
  test("has the shape of the contract", async () => {
    const response = await request("/zombies");
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Json;
    const described = { pid: parent.pid, id: id(parent.pid), name: "sleep", container: null, role: expect.any(String) };
    expect(answer).toMatchObject({ observedAt: time, count: answer["zombies"].length });
    expect(answer["oldestAgeSeconds"]).toBeGreaterThanOrEqual(0.3);
    expect(answer["byParent"]).toContainEqual({ parent: described, count: 2, perHour: 0 });
    expect(Object.keys(answer["pids"])).toEqual(
      expect.arrayContaining(["current", "limit", "source", "zombies", "secondsToExhaustion"]),
    );
    expect(own(answer).map(({ pid, exitCode, signal }) => ({ pid, exitCode, signal }))).toEqual([
      { pid: code7, exitCode: 7, signal: null },
      { pid: segv, exitCode: null, signal: "SIGSEGV" },
    ]);
    expect(own(answer)[0]).toMatchObject({
      id: id(code7),
      name: "sh",
      since: time,
      sinceIsExact: false,
      ageSeconds: expect.any(Number),
      container: null,
      coreDumped: false,
      parent: described,
      cause: "parent-not-waiting",
      advice: expect.stringMatching(/^Have sleep \(pid \d+\) wait for its children .*\.$/),
    });
    expect(own(answer)[0]?.["remedies"]).not.toContain("nudge");
    expect(own(answer)[0]?.["remedies"].at(-1)).toBe("terminate-parent");
  });

  test("is a table for people, with each advice once", async () => {
    for (const ask of [request("/zombies?pretty=true"), request("/zombies", { headers: { accept: "text/plain" } })]) {
      const text = await (await ask).text();
      expect(text).toMatch(/^ *PID +AGE +EXIT +NAME +PARENT +CONTAINER +CAUSE +REMEDIES\n/);
      expect(text).toMatch(
        new RegExp(`\\n *${code7} +0:\\d\\d +7 +sh +sleep\\(${parent.pid}\\) +- +parent-not-waiting `),
      );
      expect(text).toMatch(new RegExp(`\\n *${segv} +0:\\d\\d +SIGSEGV `));
      expect(text).toMatch(/\n\d+ zombies of \d+ parents?, 0 strays, /);
      expect(text.match(new RegExp(`^- Have sleep \\(pid ${parent.pid}\\)`, "gm"))).toHaveLength(1);
    }
  });

  test("has no control characters of others' names in it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sexton-names-"));
    const program = join(folder, "\x1b[31mred");
    copyFileSync("/bin/sleep", program);
    const hostile = await startNegligent([endings.code7], program);
    await Bun.sleep(300); // Past the scan.
    const text = await (await request("/zombies?pretty=true")).text();
    await hostile.close();
    rmSync(folder, { recursive: true });
    const lines = text.split("\n").filter((line) => line.includes("[31mred"));
    expect(lines).toHaveLength(2); // The zombie's and the advice.
    expect(lines.join()).not.toContain("\x1b");
  });

  test("leaves a zombie to its parent for the minimum age", async () => {
    const other = await startNegligent([endings.code7]);
    agent.configure({ ...agent.settings(), zombies: { remedy: "report", minAgeMs: 60_000 } });
    await Bun.sleep(300); // Past the scan.
    const { zombies, oldestAgeSeconds } = await json("/zombies");
    agent.configure({ ...agent.settings(), zombies: { remedy: "report", minAgeMs: 100 } });
    const zombie = zombies.find(({ pid }: Json) => pid === other.children[0]);
    await other.close();
    // The first of the list, which others of this machine may have begun.
    expect(oldestAgeSeconds).toBe(zombies[0].ageSeconds);
    expect(oldestAgeSeconds).toBeGreaterThan(zombie.ageSeconds);
    expect(zombie).toMatchObject({
      cause: "just-exited",
      advice: expect.stringContaining("until 60 s after the exit"),
    });
  });

  test("takes no other query", async () => {
    await expectProblem(await request("/zombies?pids=1"), 400, "bad-request");
  });
});

describe("callers", () => {
  test("GET on the mutation answers 405 with the curl line that works", async () => {
    const response = await request("/zombies/reap?dryRun=true");
    expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    const body = await expectProblem(response, 405, "method-not-allowed");
    expect(body["detail"]).toEndWith("curl -X POST 'localhost:9099/zombies/reap?dryRun=true'");
  });

  test("a listener for probes serves neither", async () => {
    const probes = realApp({ role: "probe" });
    await expectProblem(await probes.request("/zombies"), 403, "forbidden");
    await expectProblem(await probes.post(`/zombies/reap?pids=${code7}&dryRun=true`), 403, "forbidden");
  });

  test("who may only read may not reap", async () => {
    const reader = realApp({ role: "read" });
    expect((await reader.request("/zombies")).status).toBe(200);
    await expectProblem(await reader.post(`/zombies/reap?pids=${code7}&dryRun=true`), 403, "forbidden");
  });
});

test("what is asked about is not harmed", () => {
  process.kill(stays, 0);
  expect(parent.children).toEqual([code7, segv, stays]);
});
