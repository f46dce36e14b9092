import { describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Json, runBinary, startAgent } from "../support/binary.ts";
import { createAuthority, type Pair } from "../support/certificates.ts";
import { eventually } from "../support/poll.ts";
import { sendRaw } from "../support/raw.ts";
import { bearer, tokensFile } from "../support/tokens.ts";

const reader = bearer("Read-secret-91");

async function startWithTls(more: readonly string[] = []) {
  const authority = createAuthority();
  const tokens = tokensFile({ "read prom": "Read-secret-91", "operate ops": "Op-secret-92" });
  const used: Pair = { cert: join(authority.folder, "used.crt"), key: join(authority.folder, "used.key") };
  const use = (pair: Pair) => {
    copyFileSync(pair.key, used.key);
    copyFileSync(pair.cert, used.cert);
  };
  use(authority.issue("first"));
  const files = ["--tls-cert-file", used.cert, "--tls-key-file", used.key];
  // Not a loopback address, which is what TLS is for; the tests reach it by loopback all the same.
  const agent = await startAgent({
    args: [
      "--listen",
      "https://0.0.0.0:0",
      ...files,
      "--auth-tokens-file",
      tokens.path,
      ...more.map((arg) => arg.replace("CA", authority.ca)),
    ],
  });
  const port = Number(/:(\d+)$/.exec(new URL(agent.url).host)?.[1]);
  const ca = readFileSync(authority.ca, "utf8");
  return {
    agent,
    authority,
    use,
    used,
    port,
    get: (path: string, init: RequestInit = reader, tls: object = {}) =>
      fetch(`https://127.0.0.1:${port}${path}`, { ...init, keepalive: false, tls: { ca, ...tls } }),
    /** The name in the certificate that a new connection is given. */
    name: () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.on("error", reject);
      }),
    async [Symbol.asyncDispose]() {
      await agent.stop();
      authority[Symbol.dispose]();
      tokens[Symbol.dispose]();
    },
  };
}

const versions = (port: number, version: string) =>
  Bun.spawnSync(["openssl", "s_client", "-connect", `127.0.0.1:${port}`, version, "-cipher", "ALL:@SECLEVEL=0"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });

describe("TLS", () => {
  test("is spoken from 1.2 on, and nothing else is on that port", async () => {
    await using started = await startWithTls();
    expect((await started.get("/processes")).status).toBe(200);
    expect((await started.get("/processes", {})).status).toBe(401);
    for (const old of ["-tls1", "-tls1_1"]) expect(versions(started.port, old).exitCode).not.toBe(0);
    for (const good of ["-tls1_2", "-tls1_3"])
      expect(versions(started.port, good).stdout.toString()).toContain("BEGIN CERTIFICATE");
    await expect(fetch(`http://127.0.0.1:${started.port}/livez`)).rejects.toThrow();
  });

  test("has the new certificate when the files change, and nobody who is connected notices", async () => {
    await using started = await startWithTls();
    const { authority, agent, get, name, use } = started;
    expect(await name()).toBe("first");
    const stream = await get("/events?follow=true&types=signal.*", {
      headers: { ...reader.headers, accept: "text/event-stream" },
    });
    const lines = stream.body?.getReader();
    await lines?.read();
    const failures: unknown[] = [];
    let asked = 0;
    let loading = true;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (loading) {
          await get("/containers").then(
            async (response) => {
              asked++;
              if (response.status !== 200) failures.push(response.status);
              await response.text();
            },
            (cause) => failures.push(cause),
          );
        }
      }),
    );
    for (const next of ["second", "third"]) {
      use(authority.issue(next));
      await eventually(`the ${next} certificate`, async () => (await name()) === next);
    }
    loading = false;
    await load;
    expect({ failures, many: asked > 20 }).toEqual({ failures: [], many: true });
    // The stream of before is still told what happens.
    const app = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    await eventually("the process", async () => (await get(`/processes/${app.pid}`)).status === 200);
    await get(`/processes/${app.pid}/signal`, { method: "POST", body: "TERM", ...bearer("Op-secret-92") });
    let text = "";
    while (!text.includes("signal.sent")) text += new TextDecoder().decode((await lines?.read())?.value);
    await app.exited;
    expect(agent.stderr()).toContain("certificates read again");
  });

  test("gives lines to paste that reach it, with what the caller knows beside them", async () => {
    await using started = await startWithTls();
    const { get, authority } = started;
    const operator = bearer("Op-secret-92");
    const { usage } = (await (await get("/signal", operator)).json()) as Json;
    const { detail } = (await (await get("/signal/CONT?dryRun=true", operator)).json()) as Json;
    for (const line of [usage[1], detail.slice(detail.indexOf("curl"))] as string[]) {
      const known = `--cacert ${authority.ca} -H 'authorization: ${operator.headers.authorization}'`;
      const argv = ["sh", "-c", `${line} -s -o /dev/null -w '%{http_code}' ${known}`];
      const { stdout } = Bun.spawnSync(argv, { stdin: "ignore", stderr: "ignore" });
      // Whether there is an app to signal is another question: it was heard, as whom it was meant to be.
      expect([line, `${stdout}`]).toEqual([line, expect.stringMatching(/^(200|404|409)$/)]);
    }
  });

  test("keeps the old certificate while the new files do not fit, and never shows the key", async () => {
    await using started = await startWithTls();
    const { agent, authority, name, used } = started;
    const other = authority.issue("other");
    copyFileSync(other.cert, used.cert);
    await eventually("that it is told", () => agent.stderr().includes("the key is not that of the certificate"));
    expect(await name()).toBe("first");
    const key = readFileSync(used.key, "utf8").split("\n")[1] as string;
    writeFileSync(used.cert, readFileSync(used.key));
    await eventually("that it is told", () => agent.stderr().includes("certFile holds no certificate as PEM"));
    const shown = [
      agent.stderr(),
      await (await started.get("/readyz")).text(),
      await (await started.get("/config")).text(),
    ];
    expect(shown.join("")).not.toContain(key);
    copyFileSync(other.cert, used.cert);
    copyFileSync(other.key, used.key);
    await eventually("the other certificate", async () => (await name()) === "other");
    expect(await (await started.get("/readyz")).text()).toBe("ok\n");
  });
});

describe("mTLS", () => {
  test("lets nobody in without a certificate of the authority; with one, what auth.clientRole says", async () => {
    await using started = await startWithTls(["--tls-client-ca-file", "CA", "--auth-client-role", "read"]);
    const { authority, get } = started;
    await expect(get("/livez")).rejects.toThrow();
    using foreign = createAuthority();
    const identity = ({ cert, key }: Pair) => ({ cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") });
    await expect(get("/livez", {}, identity(foreign.issue("stranger")))).rejects.toThrow();
    const own = identity(authority.issue("client"));
    const signal = { method: "POST", body: "CONT" };
    const path = `/processes/${process.pid}/signal?dryRun=true`;
    expect((await get("/processes", {}, own)).status).toBe(200);
    expect((await get(path, signal, own)).status).toBe(401);
    // A token may allow more than the certificate.
    expect((await get(path, { ...signal, ...bearer("Op-secret-92") }, own)).status).toBe(200);
    expect((await get("/processes", bearer("wrong"), own)).status).toBe(401);
  });
});

describe("a start with settings that would let in more than they say is refused", () => {
  test.each([
    ["a wide listener", ["--listen", "0.0.0.0:0"], "nothing asks who they are"],
    ["one of several", ["--listen", "127.0.0.1:0,[::]:0"], "Cannot listen on [::]:0"],
    ["TLS without files", ["--listen", "https://127.0.0.1:0"], "tls.certFile and tls.keyFile are needed"],
    [
      "files that nothing uses",
      ["--listen", "127.0.0.1:0", "--tls-cert-file", "/a", "--tls-key-file", "/b"],
      "Write https://127.0.0.1:0",
    ],
    ["probes with TLS", ["--listen", "127.0.0.1:0", "--probes", "https://127.0.0.1:0"], "without TLS"],
    ["no tokens file", ["--listen", "0.0.0.0:0", "--auth-tokens-file", "/nonexistent/tokens"], "there is no file"],
    ["a relative path", ["--listen", "127.0.0.1:0", "--auth-tokens-file", "tokens"], "absolute path"],
    ["a mode that lets nobody in", ["--listen", "127.0.0.1:0", "--socket-mode", "0077"], "the owner"],
  ])("%s", async (_, args, sentence) => {
    const { code, err } = await runBinary(args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(sentence) });
    expect(err).toMatch(/^sexton: Cannot .*\n$/);
  });

  test("TLS alone does not say who calls", async () => {
    using authority = createAuthority();
    const { cert, key } = authority.issue("server");
    const { code, err } = await runBinary([
      "--listen",
      "https://0.0.0.0:0",
      "--tls-cert-file",
      cert,
      "--tls-key-file",
      key,
    ]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("nothing asks who they are") });
  });
});

test("tokens over a network without TLS are allowed, with a warning", async () => {
  using tokens = tokensFile({ "read prom": "Read-secret-93" });
  const agent = await startAgent({
    args: ["--listen", "0.0.0.0:0", "--auth-tokens-file", tokens.path, "--allowed-hosts", "sexton.shop.svc"],
  });
  expect(agent.stderr()).toContain("tokens go over the network unencrypted");
  const own = agent.url.replace("0.0.0.0", "127.0.0.1");
  const statusOf = async (host: string) => {
    const asked = `GET /processes HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer Read-secret-93\r\nConnection: close\r\n\r\n`;
    return (await sendRaw(own, asked)).statuses;
  };
  // An address cannot be rebound; a name can.
  for (const host of ["10.1.2.3:9099", "[fd00::1]:9099", "localhost", "sexton.shop.svc"])
    expect([host, await statusOf(host)]).toEqual([host, [200]]);
  for (const host of ["evil.example", "10.1.2.3.evil.example", "shop.svc"])
    expect([host, await statusOf(host)]).toEqual([host, [403]]);
  const doctor = await fetch(`${agent.url.replace("0.0.0.0", "127.0.0.1")}/doctor`, bearer("Read-secret-93"));
  const { findings } = (await doctor.json()) as Json;
  expect(findings.map(({ id }: { id: string }) => id)).toContain("listener-plain");
  expect(await agent.stop()).toBe(0);
});
