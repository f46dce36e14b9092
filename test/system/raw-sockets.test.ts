import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Agent, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { eventually } from "../support/poll.ts";
import { sendRaw } from "../support/raw.ts";

let agent: Agent;
/** Prints each signal that it gets; what no request plainly names must never come here. */
let actor: Bun.Subprocess<"pipe", "pipe", "ignore">;
let path: string;

beforeAll(async () => {
  agent = await startAgent();
  const script =
    'for s in HUP USR1 USR2 INT CONT; do trap "echo got $s" $s; done; echo ready; while :; do read line; done';
  actor = Bun.spawn(["sh", "-c", script], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  await linesOf(actor.stdout).waitFor("ready");
  await eventually("the actor", async () => (await agent.fetch(`/processes/${actor.pid}`)).ok);
  path = `/processes/${actor.pid}/signal`;
});

afterAll(async () => {
  actor.kill(9);
  expect(await agent.stop()).toBe(0);
});

const host = "Host: localhost\r\n";
const smuggled = () => `POST ${path} HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nUSR1`;

/** Shapes by which one request has been hidden behind another (RFC 9112 11.2), each before what would be hidden. */
const shapes: Readonly<Record<string, string>> = {
  "a length and chunks": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "chunks and a length": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
  "two lengths": "Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
  "a list of lengths": "Content-Length: 0, 44\r\n\r\n",
  "a length with a sign": "Content-Length: +0\r\n\r\n",
  "a length in hexadecimal": "Content-Length: 0x0\r\n\r\n",
  "a negative length": "Content-Length: -1\r\n\r\n",
  "a length with a blank before the colon": "Content-Length : 0\r\n\r\n",
  "a length that no number holds": "Content-Length: 18446744073709551616\r\n\r\n",
  "another coding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
  "a coding after chunked": "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
  "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
  "a coding behind a tab": "Transfer-Encoding:\tchunked\r\n Foo: bar\r\n\r\n0\r\n\r\n",
  "a folded line": "X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a bare LF in a field": "X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a bare CR in a field": "X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a NUL in a field": "X: a\0b\r\n\r\n",
  "a chunk without a size": "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
  "a chunk whose size no number holds": "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
  "a chunk that goes on": "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\n",
};

/** What was sent since the actor began. */
const sent = async () => (await agent.json("/events?types=signal.sent"))["events"] as unknown[];

describe("a request that could be read in two ways", () => {
  for (const [name, rest] of Object.entries(shapes)) {
    test(`is refused and ends the connection: ${name}`, async () => {
      const post = await sendRaw(agent.url, `POST ${path}?dryRun=true HTTP/1.1\r\n${host}${rest}${smuggled()}`);
      // The second answer, if there is one, is what ends the connection; none says that anything was done.
      expect(post.statuses.length).toBeLessThanOrEqual(2);
      expect(post.statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
      // A GET may be answered before its body is found to be none.
      const { statuses, text } = await sendRaw(agent.url, `GET /livez HTTP/1.1\r\n${host}${rest}${smuggled()}`);
      expect(statuses.slice(-1).filter((status) => status < 400 || status >= 500)).toEqual([]);
      expect(text).not.toContain('"sent"');
      expect(await sent()).toEqual([]);
    });
  }

  test.each([
    ["bare line feeds", `GET /livez HTTP/1.1\nHost: localhost\n\n`],
    ["no host", "GET /livez HTTP/1.1\r\n\r\n"],
    ["two hosts", `POST ${"PATH"} HTTP/1.1\r\n${host}Host: evil.example\r\nContent-Length: 4\r\n\r\nUSR1`],
    [
      "a host in the line, and another",
      `POST http://evil.example${"PATH"} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 4\r\n\r\nUSR1`,
    ],
    ["HTTP/2 on its own", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["another version", `GET /livez HTTP/1.9\r\n${host}\r\n`],
    ["no method", ` /livez HTTP/1.1\r\n${host}\r\n`],
    ["garbage", "\x00\xff\xfe\r\n\r\n\r\n"],
  ])("is refused: %s", async (_, bytes) => {
    const { statuses } = await sendRaw(agent.url, bytes.replace("PATH", path));
    expect(statuses.filter((status) => status < 400 || (status >= 500 && status !== 505))).toEqual([]);
    expect(await sent()).toEqual([]);
  });
});

describe("what is too much", () => {
  test.each([
    [
      "300 fields",
      `GET /livez HTTP/1.1\r\n${host}${Array.from({ length: 300 }, (_, at) => `x-${at}: 1\r\n`).join("")}\r\n`,
    ],
    [
      "10,000 fields",
      `GET /livez HTTP/1.1\r\n${host}${Array.from({ length: 10_000 }, (_, at) => `x-${at}: 1\r\n`).join("")}\r\n`,
    ],
    ["a field of 64 KiB", `GET /livez HTTP/1.1\r\n${host}x: ${"a".repeat(65_536)}\r\n\r\n`],
    ["a URL of 64 KiB", `GET /${"a".repeat(65_536)} HTTP/1.1\r\n${host}\r\n`],
    ["fields without an end", `GET /livez HTTP/1.1\r\n${host}${"x".repeat(1_000_000)}`],
    [
      "a chunk's extension of 50 kB",
      `POST PATH HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${"a".repeat(50_000)}\r\na\r\n0\r\n\r\n`,
    ],
  ])("is refused: %s", async (_, bytes) => {
    const { statuses } = await sendRaw(agent.url, bytes.replace("PATH", path));
    expect(statuses.filter((status) => ![400, 413, 414, 431].includes(status))).toEqual([]);
    expect((await agent.fetch("/livez")).status).toBe(200);
    expect(await sent()).toEqual([]);
  });

  test("a body in chunks that goes on is cut at 64 KiB", async () => {
    const chunk = `4000\r\n${"U".repeat(0x4000)}\r\n`;
    const { statuses, text } = await sendRaw(
      agent.url,
      `POST ${path} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}0\r\n\r\n`,
    );
    expect({ statuses, tells: text.includes("payload-too-large") }).toEqual({ statuses: [413], tells: true });
  });

  test("a body that ends before its time does nothing", async () => {
    for (const halfClose of [true, false]) {
      const half = `POST ${path} HTTP/1.1\r\n${host}Content-Length: 100\r\n\r\nUSR1`;
      const { statuses } = await sendRaw(agent.url, half, { halfClose, forMs: 300 });
      expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
      const chunks = `POST ${path} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n4\r\nUSR1\r\n`;
      expect(
        (await sendRaw(agent.url, chunks, { halfClose, forMs: 300 })).statuses.filter((status) => status < 400),
      ).toEqual([]);
    }
    expect(await sent()).toEqual([]);
  });
});

test("who sends slowly is cut, and holds up nobody", async () => {
  const slow = { againMs: 1_000, forMs: 100_000 };
  const senders = [
    sendRaw(agent.url, "", slow),
    sendRaw(agent.url, `GET /livez HTTP/1.1\r\n${host}`, { ...slow, again: "x: y\r\n" }),
    sendRaw(agent.url, "GET /li", { ...slow, again: "v" }),
    sendRaw(agent.url, `POST ${path} HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n`, { ...slow, again: "U" }),
    sendRaw(agent.url, `POST ${path} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`, {
      ...slow,
      again: "1\r\nU\r\n",
    }),
    ...Array.from({ length: 100 }, () =>
      sendRaw(agent.url, `GET /livez HTTP/1.1\r\n${host}`, { ...slow, again: "x: y\r\n" }),
    ),
  ];
  const others = Array.from({ length: 50 }, async () => {
    const started = performance.now();
    expect((await agent.fetch("/livez")).status).toBe(200);
    return performance.now() - started;
  });
  expect(Math.max(...(await Promise.all(others)))).toBeLessThan(5_000);
  const ended = await Promise.all(senders);
  expect(Math.max(...ended.map(({ closedAfterMs }) => closedAfterMs))).toBeLessThan(90_000);
  expect(ended.flatMap(({ statuses }) => statuses).filter((status) => status < 400 || status >= 500)).toEqual([]);
  expect(await sent()).toEqual([]);
}, 120_000);

test("nothing of all that was told the actor, and what is plainly asked for is", async () => {
  expect(await sent()).toEqual([]);
  const { statuses } = await sendRaw(agent.url, smuggled(), { forMs: 2_000, halfClose: true });
  expect(statuses).toEqual([200]);
  expect(await sent()).toHaveLength(1);
});
