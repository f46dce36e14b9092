import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { binary, cleanEnv, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { eventually } from "../support/poll.ts";

/** Sends bytes as they are and collects what comes back until the other side closes. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("the binary", () => {
  test("answers HTTP/1.0 without a Host header, as load balancers' checks send it", async () => {
    const agent = await startAgent({ args: ["--probes", "127.0.0.1:0"] });
    const probes = `http://${/addresses=\["[^"]+","([^"]+)"/.exec(agent.stderr())?.[1]}`;
    expect(await raw(probes, "GET /livez HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.[01] 200 /);
    // On the API's own listener a missing Host is not one of ours.
    expect(await raw(agent.url, "POST /signal/reload HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.[01] 403 /);
    expect(await agent.stop()).toBe(0);
  });

  test("refuses a huge body in its own words, without reading it", async () => {
    const agent = await startAgent();
    const { host } = new URL(agent.url);
    const head = `POST /signal HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n`;
    const answer = await raw(agent.url, head);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"kind":"payload-too-large"');
    expect(await agent.stop()).toBe(0);
  });

  test("tells whoever waits for an outcome what is known when it stops", async () => {
    const agent = await startAgent();
    const app = Bun.spawn(["sh", "-c", "trap 'echo got' USR1; echo ready; while :; do read line; done"], {
      stdin: "pipe",
      stdout: "pipe",
    });
    const lines = linesOf(app.stdout);
    await lines.waitFor("ready");
    const waiting = agent.post(`/processes/${app.pid}/signal?wait=30s`, { body: "USR1" });
    await lines.waitFor("got");
    const stopped = agent.stop();
    expect(await (await waiting).json()).toMatchObject({ sent: true, outcome: { status: "unconfirmed" } });
    expect(await stopped).toBe(0);
    app.kill(9);
  });

  test("survives a SIGHUP that comes before it serves", async () => {
    for (const delayMs of [0, 5, 10, 20, 40]) {
      const child = Bun.spawn([binary, "--listen", "127.0.0.1:0"], {
        env: cleanEnv,
        stdio: ["ignore", "ignore", "pipe"],
      });
      // The handler is there once the program's own code runs; before that the kernel's default would end any program.
      await eventually("the handler", async () => {
        const status = await Bun.file(`/proc/${child.pid}/status`).text();
        return (BigInt(`0x${/SigCgt:\t(\w+)/.exec(status)?.[1] ?? "0"}`) & 1n) === 1n;
      });
      await Bun.sleep(delayMs);
      child.kill("SIGHUP");
      await eventually("it to serve", async () => {
        const { value } = await child.stderr.getReader().read();
        return new TextDecoder().decode(value).includes("sexton serves");
      });
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
    }
  });

  test("works without a JIT, in reduced mode, and says so", async () => {
    const agent = await startAgent({ env: { BUN_JSC_useJIT: "0" } });
    expect(agent.stderr()).toContain("reduced mode");
    const app = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    await eventually("the process", async () => (await agent.fetch(`/processes/${app.pid}`)).status === 200);
    const report = await (await agent.post(`/processes/${app.pid}/signal?wait=5s`, { body: "TERM" })).json();
    expect(report).toMatchObject({ sent: true, outcome: { status: "exited" } });
    expect(await app.exited).toBe(143);
    expect(await agent.stop()).toBe(0);
  });

  test("says what it is short of when file descriptors run out, and goes on afterwards", async () => {
    const agent = await startAgent({ wrapper: ["sh", "-c", 'ulimit -n 40; exec "$@"', "sh"] });
    const { hostname, port } = new URL(agent.url);
    const held = await Promise.all(
      Array.from({ length: 60 }, () => {
        return new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(Number(port), hostname, () => resolve(socket));
          socket.on("error", () => resolve(socket));
        });
      }),
    );
    for (const socket of held) socket.destroy();
    await eventually(
      "it to answer again",
      async () => (await agent.fetch("/processes")).ok && (await agent.json("/processes"))["count"] > 1,
    );
    expect(await agent.stop()).toBe(0);
  });
});
