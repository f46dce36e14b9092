import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { binary, cleanEnv, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";

const top = mkdtempSync("/tmp/sexton-socket-");
chmodSync(top, 0o755);
afterAll(() => rmSync(top, { recursive: true, force: true }));
let count = 0;

async function startOn(path: string, more: readonly string[] = []) {
  const agent = await startAgent({ args: ["--listen", `127.0.0.1:0,unix://${path}`, ...more] });
  const ask = (at: string, init: RequestInit = {}) => fetch(`http://localhost${at}`, { ...init, unix: path });
  return { agent, ask };
}

const newPath = () => join(top, `s${count++}.sock`);
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** What another user's process gets, as `status kind`. */
async function askAs(uid: number, path: string, at: string): Promise<string> {
  const script = `const r = await fetch("http://localhost${at}", { unix: ${JSON.stringify(path)}, method: "POST", body: "CONT" }).catch((e) => ({ status: 0, json: () => ({ kind: e.code }) })); console.log(r.status, (await r.json()).kind)`;
  const child = Bun.spawn(["setpriv", `--reuid=${uid}`, "--clear-groups", process.execPath, "-e", script], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    cwd: "/tmp",
  });
  return (await new Response(child.stdout).text()).trim();
}

function asUser(uid: number, argv: readonly string[], cwd: string) {
  return Bun.spawnSync(["setpriv", `--reuid=${uid}`, "--clear-groups", ...argv], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    timeout: 20_000,
    env: cleanEnv,
    cwd,
  });
}

describe("a Unix socket", () => {
  test("is for sexton's user alone, and is gone with sexton, with all that lies beside it", async () => {
    const path = newPath();
    const { agent, ask } = await startOn(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await ask("/processes")).status).toBe(200);
    expect(await (await ask("/livez")).text()).toBe("ok\n");
    expect(await agent.stop()).toBe(0);
    expect(readdirSync(top)).toEqual([]);
  });

  test("has the mode that it is given", async () => {
    const path = newPath();
    const { agent } = await startOn(path, ["--socket-mode", "0660"]);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    await agent.stop();
  });

  test("that a killed sexton has left is replaced, and one that is served is not", async () => {
    const path = newPath();
    const first = await startOn(path);
    await first.agent.stop("SIGKILL");
    expect(existsSync(path)).toBe(true);
    const second = await startOn(path);
    expect((await second.ask("/livez")).status).toBe(200);
    const third = await runBinary(["--listen", `unix://${path}`]);
    expect(third).toMatchObject({ code: 2, err: expect.stringContaining("the address is in use") });
    expect((await second.ask("/livez")).status).toBe(200);
    await second.agent.stop();
    writeFileSync(path, "a file");
    const fourth = await runBinary(["--listen", `unix://${path}`]);
    expect(fourth).toMatchObject({ code: 2, err: expect.stringContaining("is no socket") });
    rmSync(path);
  });

  test.skipIf(!isRoot)("tells whose process called", async () => {
    const path = newPath();
    const { agent, ask } = await startOn(path, ["--socket-mode", "0666"]);
    const at = `/processes/${process.pid}/signal`;
    expect(await askAs(nobody, path, at)).toBe("200 undefined");
    await ask(at, { method: "POST", body: "CONT" });
    const { events } = await agent.json("/events?types=signal.sent");
    const uids = events.map(({ data }: { data: { caller: unknown } }) => data.caller);
    expect(uids).toEqual([
      { role: "operate", name: null, address: null, uid: nobody },
      { role: "operate", name: null, address: null, uid: 0 },
    ]);
    await agent.stop();
  });

  test.skipIf(!isRoot)("lets in the users of socket.uids alone, whatever its mode is", async () => {
    const path = newPath();
    const { agent, ask } = await startOn(path, ["--socket-mode", "0666", "--socket-uids", "0,12345"]);
    const at = `/processes/${process.pid}/signal`;
    expect(await askAs(nobody, path, at)).toBe("403 forbidden");
    expect(await askAs(12_345, path, at)).toBe("200 undefined");
    expect((await ask("/processes")).status).toBe(200);
    // The way behind it is for sexton's user only.
    const beside = readdirSync(top).filter((name) => name.startsWith("."));
    expect(beside.map((name) => statSync(join(top, name)).mode & 0o777)).toEqual([0o700]);
    expect(await askAs(nobody, join(top, beside[0] as string, "0"), at)).toStartWith("0 ");
    const { events } = await agent.json("/events?types=request.refused");
    expect(events[0].data).toMatchObject({ kind: "forbidden", caller: { uid: nobody } });
    await agent.stop();
  });

  test.skipIf(!isRoot)("lets nobody in by another's way, where everybody may write beside it", async () => {
    const open = join(top, "open");
    mkdirSync(open);
    // As an emptyDir is.
    chmodSync(open, 0o777);
    const path = join(open, "s");
    const { agent } = await startOn(path, ["--socket-mode", "0666", "--socket-uids", "0"]);
    const at = `/processes/${process.pid}/signal`;
    expect(await askAs(0, path, at)).toBe("200 undefined");
    expect(await askAs(nobody, path, at)).toBe("403 forbidden");
    const [own, others] = ["0", `${nobody}`];
    const tries = [
      `mv .s.${own} .s.${others}`,
      `mv .s.d/${own} .s.d/${others}`,
      `mv .s.d .s.old; mkdir .s.d; ln -s ../.s.old/${own} .s.d/${others}`,
    ];
    for (const script of tries) {
      asUser(nobody, ["sh", "-c", script], open);
      expect(await askAs(nobody, path, at)).toBe("403 forbidden");
      expect(await askAs(0, path, at)).toBe("200 undefined");
    }
    await agent.stop();
    rmSync(open, { recursive: true });
  });

  test.skipIf(!isRoot)("that another user serves is not taken away, whoever may speak to it", async () => {
    const open = join(top, "shared");
    mkdirSync(open);
    chmodSync(open, 0o777);
    const path = join(open, "s");
    const { agent } = await startOn(path);
    const second = asUser(nobody, [binary, "--listen", `unix://${path}`], open);
    expect({ code: second.exitCode, err: `${second.stderr}` }).toMatchObject({
      code: 2,
      err: expect.stringContaining("in use"),
    });
    expect(statSync(path).isSocket()).toBe(true);
    await agent.stop();
    rmSync(open, { recursive: true });
  });

  test("leaves nothing behind when it cannot be had", async () => {
    const empty = join(top, "empty");
    mkdirSync(empty);
    const path = join(empty, "x".repeat(110));
    expect((await runBinary(["--listen", `unix://${path}`])).code).toBe(2);
    expect(readdirSync(empty)).toEqual([]);
    rmSync(empty, { recursive: true });
  });

  test("passes on large answers, many at once, streams, and what is sent in pieces", async () => {
    const path = newPath();
    const { agent, ask } = await startOn(path);
    const { count: most } = (await (await ask("/processes")).json()) as { count: number };
    const answers = await Promise.all(
      Array.from(
        { length: 50 },
        async () => ((await (await ask("/openapi.json")).json()) as { openapi: string }).openapi,
      ),
    );
    expect({ most: most > 0, answers: new Set(answers) }).toEqual({ most: true, answers: new Set(["3.1.0"]) });
    const stream = await ask("/events?follow=true", { headers: { accept: "text/event-stream" } });
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("retry:");
    await reader?.cancel();
    await eventually("the stream to be closed", async () =>
      (await (await ask("/metrics")).text()).includes("sexton_event_streams 0"),
    );
    const pieces = ["GET /livez HT", "TP/1.1\r\nHo", "st: localhost\r\nConnection: close\r\n", "\r\n"];
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(path, async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await Bun.sleep(5);
        }
      });
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toStartWith("HTTP/1.1 200");
    await agent.stop();
  });

  test("gives lines to paste that reach it", async () => {
    const path = join(top, "an odd 'name'");
    const { agent, ask } = await startOn(path);
    const { usage } = (await (await ask("/signal")).json()) as { usage: string[] };
    const { detail } = (await (await ask("/signal/CONT?dryRun=true")).json()) as { detail: string };
    const line = detail.slice(detail.indexOf("curl"));
    for (const pasted of [usage[1], line]) {
      const argv = ["sh", "-c", `${pasted} -s -o /dev/null -w '%{http_code}'`];
      const { stdout } = Bun.spawnSync(argv, { stdin: "ignore", stderr: "ignore" });
      // Whether there is an app to signal is another question: it was heard.
      expect([pasted, `${stdout}`]).toEqual([pasted, expect.stringMatching(/^(200|404|409)$/)]);
    }
    await agent.stop();
  });

  test("answers who has closed its side after asking, as nc does", async () => {
    const path = newPath();
    const { agent } = await startOn(path);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect({ path, allowHalfOpen: true }, () =>
        socket.end("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      );
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toEndWith("\r\n\r\nok\n");
    await agent.stop();
  });
});
