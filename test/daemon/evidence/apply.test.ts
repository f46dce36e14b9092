import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type About, createApply, oldWorkers, startedAt } from "#daemon/evidence/apply.ts";
import type { WatchSettings } from "#process/reload.ts";
import { linesOf } from "../../support/lines.ts";
import { eventually } from "../../support/poll.ts";
import { type ReloadingAgent, reloadingAgent } from "../../support/reloading.ts";

const mark = `apply-${process.pid}`;
let sexton: ReloadingAgent;
const apps: Bun.Subprocess[] = [];
beforeAll(() => {
  sexton = reloadingAgent({ app: { args: mark } });
});
afterAll(() => sexton.stop());
afterEach(async () => {
  for (const app of apps.splice(0)) {
    app.kill(9);
    await app.exited;
  }
});

const watch: WatchSettings = {
  name: "app-conf",
  paths: ["/etc/app"],
  target: "app",
  verb: "reload",
  settleMs: 1_000,
  settleMostMs: 10_000,
  rescanMs: 60_000,
  minSpacingMs: 0,
  splayMs: 0,
  validate: null,
  http: null,
  proof: { waitMs: 300, http: null },
  retry: { on: "never", leastMs: 1_000, mostMs: 1_000 },
};

function apply(more: Partial<WatchSettings> = {}, about: Partial<About> = {}) {
  const said = { cause: null, trace: null, opened: null, abort: new AbortController().signal, ...about };
  return createApply(sexton)({ ...watch, ...more }, said);
}

async function start(onHup: string) {
  const text = `import signal, sys, time\ndef hup(*_): ${onHup}\nsignal.signal(signal.SIGHUP, hup)\nsignal.signal(signal.SIGUSR1, hup)\nprint('ready')\nwhile True: signal.pause()`;
  const app = Bun.spawn(["python3", "-u", "-c", text, mark], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  apps.push(app);
  await linesOf(app.stdout).waitFor("ready");
  return app.pid;
}

/** What was told since, without the births and ends of the machine's other processes. */
function tellings() {
  const from = sexton.events.length;
  return () => sexton.events.slice(from).filter(({ type }) => /^(signal|reload|config)\./.test(type));
}

describe("a watch's reload by a signal", () => {
  test("is told with the watch, and what led to it", async () => {
    const pid = await start("pass");
    const told = tellings();
    const trace = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", flags: 1 };
    const cause = sexton.bus.emit({ type: "config.changed", data: { watch: watch.name }, trace });
    const applied = await apply({}, { cause, trace });
    expect(applied).toEqual({
      status: "unconfirmed",
      evidence: [],
      detail: expect.stringMatching(/^It is alive, and nothing seen in 2(\.\d+)? s shows an effect\.$/),
      process: expect.stringMatching(new RegExp(`^${pid}-\\d+$`)),
    });
    const [changed, sent, started, ended] = told();
    expect([sent?.cause, started?.cause, ended?.cause]).toEqual([changed?.id, sent?.id, started?.id] as never);
    expect([sent?.type, started?.type, ended?.type]).toEqual(["signal.sent", "reload.started", "reload.unconfirmed"]);
    expect(started?.data).toEqual({ target: "app", verb: "reload", watch: "app-conf" });
    expect(ended).toMatchObject({ trace, data: { target: "app", verb: "reload", watch: "app-conf" } });
  });

  test.each(["USR1", "terminate"])("is a reload whatever its verb is: %s", async (verb) => {
    await start("pass");
    const told = tellings();
    await apply({ verb });
    const types = told().map(({ type }) => type);
    const ended = verb === "USR1" ? "reload.unconfirmed" : "reload.failed";
    expect(types).toEqual(["signal.sent", "reload.started", ended]);
    expect(told().at(-1)?.data).toMatchObject({ verb: verb === "USR1" ? "SIGUSR1" : verb });
  });

  test("waits as long as it was told to", async () => {
    await start("pass");
    const before = performance.now();
    await apply({ proof: { waitMs: 2_600, http: null } });
    expect(performance.now() - before).toBeWithin(2_590, 6_000);
  });

  test("is confirmed when the files are opened after it", async () => {
    await start("pass");
    let opens = 0;
    const applied = await apply({}, { opened: () => opens++ });
    expect(applied).toMatchObject({ status: "confirmed", evidence: [{ kind: "file-opened" }], detail: null });
  });

  test("has failed when the app ends of it", async () => {
    await start("sys.exit(3)");
    expect(await apply()).toMatchObject({ status: "failed", detail: expect.stringContaining("with exit code 3.") });
  });

  test("has failed when it is refused, and says why", async () => {
    await start("pass");
    const applied = await apply({ verb: "USR2" });
    expect(applied).toMatchObject({ status: "failed", detail: expect.stringContaining("no handler"), process: null });
  });

  test("finds nobody: told nowhere, however often it is tried", async () => {
    const told = tellings();
    expect(await apply()).toMatchObject({ status: "no-target", process: null });
    expect(await apply({ target: "missing" })).toMatchObject({ status: "no-target" });
    expect(told()).toEqual([]);
  });

  test("ends with what is known when nobody wants it any more", async () => {
    await start("pass");
    const before = performance.now();
    const applied = await apply({ proof: { waitMs: 20_000, http: null } }, { abort: AbortSignal.timeout(200) });
    expect(applied.status).toBe("unconfirmed");
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

test("a watch knows when its target was started, and of no old workers where there are none", async () => {
  await eventually("nobody to be there", () => startedAt(sexton, watch) === null);
  const before = Date.now();
  await start("pass");
  await sexton.waitForTarget("app");
  expect(startedAt(sexton, watch)).toBeWithin(before - 1_000, Date.now() + 1_000);
  expect([oldWorkers(sexton, watch), oldWorkers(sexton, { ...watch, target: "missing" })]).toEqual([0, 0]);
});

describe("a watch's reload over HTTP", () => {
  let version = 0;
  const app = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 30,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/version") return Response.json({ version });
      if (pathname === "/slow") await Bun.sleep(3_000);
      if (pathname === "/bad") return new Response("secret: no such key", { status: 500 });
      if (pathname === "/moved") return Response.redirect("/reload", 302);
      if (pathname === "/reload") setTimeout(() => version++, 100);
      return new Response(`secret ${request.method}`);
    },
  });
  afterAll(() => app.stop(true));
  const base = `http://user:secret@127.0.0.1:${app.port}`;
  const http = { url: `${base}/reload?token=secret`, method: "POST", status: [200, 299], timeoutMs: 1_000 } as const;

  test("is confirmed by its status, and told as any reload is", async () => {
    const told = tellings();
    const cause = sexton.bus.emit({ type: "config.changed", data: {} });
    const applied = await apply({ http }, { cause });
    expect(applied).toEqual({
      status: "confirmed",
      evidence: [{ kind: "http-status", detail: expect.stringMatching(/^200 after \d+ ms$/) }],
      detail: null,
      process: null,
    });
    const [, started, ended] = told();
    expect(started).toMatchObject({ type: "reload.started", cause, data: { target: "app", watch: "app-conf" } });
    expect(ended).toMatchObject({ type: "reload.confirmed", cause: started?.id ?? 0, data: { outcome: "confirmed" } });
    expect(JSON.stringify(told())).not.toContain("secret");
  });

  test.each([
    ["/bad", "answered 500 after"],
    ["/moved", "answered 302 after"],
    ["/slow", "failed: no answer in 1000 ms"],
  ])("has failed at %s, and says nothing of the answer but its status", async (path, said) => {
    const told = tellings();
    const applied = await apply({ http: { ...http, url: `${base}${path}` } });
    expect(applied).toMatchObject({ status: "failed", detail: expect.stringContaining(said), evidence: [] });
    expect(told().map(({ type }) => type)).toEqual(["reload.started", "reload.failed"]);
    expect(told().at(-1)?.data).toMatchObject({ outcome: "unconfirmed", failure: applied.detail });
    expect(JSON.stringify([applied, told()])).not.toContain("secret");
  });

  test("waits for its probe too, where there is one", async () => {
    const probe = { url: `${base}/version`, field: "version", expect: null };
    const proof = { waitMs: 2_000, http: probe };
    expect(await apply({ http, proof })).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "http-status" }, { kind: "http-probe" }],
    });
    const never = await apply({ http: { ...http, url: `${base}/other` }, proof: { ...proof, waitMs: 500 } });
    expect(never).toMatchObject({ status: "unconfirmed", evidence: [{ kind: "http-status" }] });
    expect(never.detail).toContain("in 0.5 s shows an effect");
  });

  test("finds nobody: told nowhere, however often it is tried", async () => {
    const told = tellings();
    const applied = await apply({ http: { ...http, url: "http://localhost:1/reload" } });
    expect(applied).toMatchObject({ status: "no-target", detail: expect.stringContaining("nobody listens") });
    expect(told()).toEqual([]);
  });
});
