import { describe, expect, test } from "bun:test";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Json, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { bearer, tokenLines, tokensFile } from "../support/tokens.ts";

const secrets = { "operate ops": "Op-secret-81", "read prom": "Read-secret-82", "probe kube": "Probe-secret-83" };

async function startWithTokens(more: readonly string[] = []) {
  const file = tokensFile(secrets);
  const agent = await startAgent({ args: ["--auth-tokens-file", file.path, ...more] });
  return {
    file,
    agent,
    statusOf: async (path: string, init?: RequestInit) => (await agent.fetch(path, init)).status,
    async [Symbol.asyncDispose]() {
      await agent.stop();
      file[Symbol.dispose]();
    },
  };
}

describe("with tokens", () => {
  test("each may do what its role says, and who has none sees that sexton lives", async () => {
    await using started = await startWithTokens();
    const { agent, statusOf } = started;
    const asked = ["/livez", "/metrics", "/processes"];
    const rows = [undefined, ...Object.values(secrets).map(bearer), bearer("wrong")].map((init) =>
      Promise.all(asked.map((path) => statusOf(path, init))),
    );
    expect(await Promise.all(rows)).toEqual([
      [200, 401, 401],
      [200, 200, 200],
      [200, 200, 200],
      [200, 403, 403],
      [200, 401, 401],
    ]);
    const signal = (init: RequestInit = {}) =>
      agent.post(`/processes/${process.pid}/signal?dryRun=true`, { body: "CONT", ...init });
    expect([(await signal()).status, (await signal(bearer("Read-secret-82"))).status]).toEqual([401, 403]);
    expect((await signal(bearer("Op-secret-81"))).status).toBe(200);
  });

  test("a token that is taken out of the file is refused, and a new one is known, without a restart", async () => {
    await using started = await startWithTokens();
    const { file, statusOf } = started;
    writeFileSync(`${file.path}.new`, tokenLines({ "read prom": "Another-84" }));
    renameSync(`${file.path}.new`, file.path);
    await eventually("the new token", async () => (await statusOf("/processes", bearer("Another-84"))) === 200);
    expect(await statusOf("/processes", bearer("Read-secret-82"))).toBe(401);
  });

  test("a bad file leaves the tokens as they were, and is told", async () => {
    await using started = await startWithTokens();
    const { agent, file, statusOf } = started;
    writeFileSync(file.path, "read prom Leaked-token-85\n");
    await eventually("that it is told", () => agent.stderr().includes("a file is not taken"));
    expect(await statusOf("/processes", bearer("Read-secret-82"))).toBe(200);
    const ready = await (await agent.fetch("/readyz")).text();
    expect(ready).toContain(`credentials: Cannot use the tokens file ${file.path}: line 1: expected "sha256:"`);
    expect(agent.stderr() + ready).not.toContain("Leaked-token-85");
  });

  test("a mutation is told with who asked for it, a refused one too", async () => {
    await using started = await startWithTokens();
    const { agent } = started;
    const app = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    const path = `/processes/${app.pid}/signal?wait=5s`;
    await eventually(
      "the process",
      async () => (await agent.fetch(`/processes/${app.pid}`, bearer("Read-secret-82"))).ok,
    );
    await agent.post(path, { body: "TERM" });
    await agent.post(path, { body: "TERM", ...bearer("Read-secret-82") });
    await agent.post(path, { body: "HUP", ...bearer("Op-secret-81") });
    await agent.post(path, { body: "TERM", ...bearer("Op-secret-81") });
    await app.exited;
    const { events } = await agent.json("/events?types=signal.*,request.*", bearer("Read-secret-82"));
    const told = events.map(({ type, data }: Json) => [type, data["kind"], data["caller"]]);
    const address = "127.0.0.1";
    expect(told).toEqual([
      ["request.refused", "unauthorized", { role: "probe", name: null, address, uid: null }],
      ["request.refused", "forbidden", { role: "read", name: "prom", address, uid: null }],
      ["signal.refused", "signal-unhandled", { role: "operate", name: "ops", address, uid: null }],
      ["signal.sent", undefined, { role: "operate", name: "ops", address, uid: null }],
    ]);
    expect(agent.stderr()).toContain('caller="ops"');
  });

  test("commands send the token of SEXTON_TOKEN or of a file", async () => {
    await using started = await startWithTokens();
    const listen = ["--listen", started.agent.url.replace("http://", "")];
    writeFileSync(`${started.file.folder}/mine`, "Read-secret-82\n");
    expect(await runBinary(["ps", ...listen])).toMatchObject({ code: 1 });
    expect(await runBinary(["ps", ...listen], { SEXTON_TOKEN: "Read-secret-82" })).toMatchObject({ code: 0 });
    expect(await runBinary(["ps", ...listen, "--token-file", `${started.file.folder}/mine`])).toMatchObject({
      code: 0,
    });
    const bad = await runBinary(["ps", ...listen], { SEXTON_TOKEN: "with\nnewline-86" });
    expect(bad.code).toBe(2);
    expect(bad.err).not.toContain("newline-86");
  });
});

describe("a secret", () => {
  test("is nowhere but in the request: not in events, settings, metrics, findings, errors or the log", async () => {
    await using started = await startWithTokens(["--log-level", "debug"]);
    const { agent } = started;
    const wrong = "Wrong-secret-87";
    const all = [...Object.values(secrets), wrong];
    const answers: string[] = [];
    const ask = async (path: string, init?: RequestInit) => {
      const response = await agent.fetch(path, init);
      answers.push(JSON.stringify([...response.headers]), await response.text());
    };
    for (const secret of all) {
      for (const path of ["/processes", "/signal/reload", "/none", "/livez"]) {
        await ask(path, bearer(secret));
        await ask(path, { method: "POST", ...bearer(secret) });
      }
    }
    // At the wrong place, where only the one who sent it gets to see it again.
    await agent.fetch(`/processes?access_token=${wrong}`);
    await agent.post(`/signal/reload?token=${wrong}`, bearer("Op-secret-81"));
    await agent.post("/signal", { body: JSON.stringify({ token: wrong }), ...bearer("Op-secret-81") });
    await agent.post(`/signal/${wrong}`, bearer("Read-secret-82"));
    for (const path of ["/events", "/config", "/doctor", "/metrics", "/reloads", "/readyz", "/openapi.json"])
      await ask(path, bearer("Read-secret-82"));
    const shown = [...answers, agent.stderr()].join("\n");
    const path = `/signal/${wrong}`;
    for (const secret of all) expect(shown.replaceAll(path, "")).not.toContain(secret);
    const hashes = readFileSync(started.file.path, "utf8").match(/[0-9a-f]{64}/g) ?? [];
    expect(hashes).toHaveLength(3);
    for (const hash of hashes) expect(shown).not.toContain(hash);
  });
});
