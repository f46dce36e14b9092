import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import { run } from "#cli/run.ts";
import type { ReloadRecord } from "#process/reload.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { createMemoryReloads, type MemoryReloads, stateOf } from "../support/reloads.ts";
import { paperTerminal } from "../support/terminal.ts";

let reloads: MemoryReloads;
let app: ReturnType<typeof realApp>;
beforeEach(() => {
  reloads = createMemoryReloads([stateOf()]);
  app = realApp({ reloads });
});
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url);
    return app.request(`${pathname}${search}`, { method: request.method, headers: request.headers });
  },
});
afterAll(() => server.stop(true));

async function sexton(...args: string[]) {
  const terminal = paperTerminal();
  const code = await run(["reloads", ...args, "--listen", `127.0.0.1:${server.port}`], terminal, async () => 0);
  return { out: terminal.outs.join(""), err: terminal.errs.join(""), code };
}

describe("sexton reloads", () => {
  test("prints the watches, and with --json the answer", async () => {
    reloads.reloaded({});
    const table = await sexton();
    expect(table).toMatchObject({ code: 0, err: "" });
    expect(table.out).toMatch(/^WATCH +PATHS .+\nnginx +\/etc\/nginx\/conf.d .+ confirmed /);
    expect(JSON.parse((await sexton("--json")).out) as Json).toMatchObject({
      watches: [{ name: "nginx" }],
      reloads: [{ id: 1 }],
    });
  });

  test.each<[Partial<ReloadRecord>, 0 | 1]>([
    [{ status: "confirmed" }, 0],
    [{ status: "unconfirmed" }, 0],
    [{ status: "failed", detail: "It ended." }, 1],
    [{ status: "rejected" }, 1],
  ])("run that comes to %j ends with %d", async (how, code) => {
    reloads.ends({ startedAt: 2_000, endedAt: 2_250, ...how });
    const line = await sexton("run", "nginx");
    expect(line).toMatchObject({ err: "", code });
    expect(line.out).toStartWith(`nginx (process 17-49123): ${how.status} after 0.25 s`);
    const answer = await sexton("run", "nginx", "--json");
    expect({ ...(JSON.parse(answer.out) as Json), code: answer.code }).toMatchObject({ ...how, code });
  });

  test("run where nobody was told is a sentence and exit code 1", async () => {
    const detail = "Cannot reload process 17 (app): it ignores SIGHUP, so nothing would happen.";
    reloads.ends({ status: "failed", detail }, problem("signal-unhandled", detail, { disposition: "ignored" }));
    const { out, err, code } = await sexton("run", "nginx");
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toContain(detail);
  });

  test("run --dry-run only decides", async () => {
    expect(await sexton("run", "nginx", "--dry-run")).toEqual({ out: "nginx: would-reload\n", err: "", code: 0 });
    expect(reloads.records()).toEqual([]);
  });

  test("hold and release", async () => {
    const held = await sexton("hold", "nginx", "--for", "1h");
    expect(held).toMatchObject({ err: "", code: 0 });
    expect(held.out).toMatch(/^nginx: held until \d{4}-.+Z\n$/);
    expect(Math.round(((reloads.watches()[0]?.heldUntil ?? 0) - Date.now()) / 60_000)).toBe(60);
    expect(await sexton("release", "nginx", "--dry-run")).toMatchObject({ out: "nginx: would be released\n", code: 0 });
    expect(await sexton("release", "nginx")).toEqual({ out: "nginx: released\n", err: "", code: 0 });
    expect(reloads.watches()[0]?.heldUntil).toBeNull();
    expect(JSON.parse((await sexton("hold", "nginx", "--json")).out) as Json).toMatchObject({
      watch: "nginx",
      held: true,
    });
  });

  test("what the agent refuses is a sentence and exit code 1", async () => {
    const { out, err, code } = await sexton("run", "ngins");
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toContain('Did you mean "nginx"?');
    expect((await sexton("hold", "nginx", "--for", "soon")).code).toBe(1);
    expect((await sexton("hold", "a/../b c")).err).toContain('Cannot use watch "a/../b c"');
    expect((await sexton("run", "a?b")).err).toContain('Cannot use watch "a?b"');
  });

  test.each([
    [["walk", "nginx"], 'Cannot do "walk" with reloads: there is run, hold and release'],
    [["run"], "Cannot run nothing: name a watch; `sexton reloads` lists them"],
    [["run", "nginx", "--for", "1m"], "Cannot use --for without hold"],
    [["release", "nginx", "--for", "1m"], "Cannot use --for without hold"],
    [["--dry-run"], "Cannot use --dry-run without run, hold, release"],
    [["run", "nginx", "other"], 'Cannot use "other" with reloads: it takes [run NAME | hold NAME | release NAME]'],
  ])("%j is not to be misunderstood", async (args, sentence) => {
    expect(await sexton(...args)).toEqual({ out: "", err: `sexton: ${sentence}\n`, code: 2 });
    expect(reloads.ran).toEqual([]);
  });

  test("help says what there is and what the exit codes mean", async () => {
    const { out } = await sexton("--help");
    expect(out).toStartWith("Usage: sexton reloads [run NAME | hold NAME | release NAME] [options]\n");
    expect(out).toMatch(/\nActions:\n {2}run +Reload now: exit code 0 also [\s\S]+?\n {2}hold +/);
    expect(out).toContain("--for TIME");
  });
});
