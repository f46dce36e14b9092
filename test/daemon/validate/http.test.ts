import { afterEach, describe, expect, test } from "bun:test";
import type { Server } from "bun";
import { validate } from "#daemon/validate/validate.ts";
import type { ContentFile } from "#process/reload.ts";
import { eventually } from "../../support/poll.ts";

const never = new AbortController().signal;
const encode = (text: string) => new TextEncoder().encode(text);
const file = (path: string, bytes: Uint8Array): ContentFile => ({ path, size: bytes.length, read: async () => bytes });
const files = [file("/etc/app/one.conf", encode("one")), file("/etc/app/zwei ü.conf", Uint8Array.of(0, 255, 10))];

interface Asked {
  readonly path: string | null;
  readonly method: string;
  readonly bytes: readonly number[];
}

const servers: Server<undefined>[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(true))));

function validator(answer: (asked: Asked, count: number) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { method, headers } = request;
      asked.push({ path: headers.get("x-file-path"), method, bytes: [...(await request.bytes())] });
      return answer(asked.at(-1) as Asked, asked.length);
    },
  });
  servers.push(server);
  return { asked, url: `http://127.0.0.1:${server.port}/check` };
}

const look = (url: string, timeoutMs = 5_000, abort = never) =>
  validate({ kind: "http", url, timeoutMs }, files, abort);

/** Why there is no verdict. */
const failure = (url: string, timeoutMs: number) => look(url, timeoutMs).then(String, ({ message }) => message);

describe("a validator", () => {
  test.each([200, 201, 204, 299])("that answers %d to each file lets them pass, byte by byte", async (status) => {
    const { asked, url } = validator(() => new Response(null, { status }));
    expect(await look(url)).toBeNull();
    expect(asked).toEqual([
      { path: "/etc/app/one.conf", method: "POST", bytes: [...encode("one")] },
      { path: "/etc/app/zwei%20%C3%BC.conf", method: "POST", bytes: [0, 255, 10] },
    ]);
  });

  test("is not sent what is too large, and that is told", async () => {
    const { asked, url } = validator(() => new Response());
    const unjudged: string[] = [];
    const most = [...files, file("/etc/app/large.conf", new Uint8Array(8 * 1024 * 1024 + 1))];
    const tell = (sentence: string) => unjudged.push(sentence);
    expect(await validate({ kind: "http", url, timeoutMs: 5_000 }, most, never, tell)).toBeNull();
    expect(asked.length).toBe(2);
    expect(unjudged).toEqual([expect.stringContaining("/etc/app/large.conf is larger than 8 MiB")]);
  });

  test.each([302, 400, 422, 500])("that answers %d rejects, and nothing of its answer is told", async (status) => {
    const { asked, url } = validator(({ path }) => {
      return path?.includes("one")
        ? new Response()
        : new Response("hunter2 is no password", { status, statusText: "hunter2" });
    });
    expect(await look(url)).toEqual({
      file: "/etc/app/zwei ü.conf",
      line: null,
      column: null,
      reason: `the validator answered with status ${status}`,
    });
    expect(asked).toHaveLength(2);
  });

  test("that sends elsewhere is not followed: the content is for it alone", async () => {
    const other = validator(() => new Response());
    const { url } = validator(() => Response.redirect(other.url, 307));
    expect((await look(url))?.reason).toBe("the validator answered with status 307");
    expect(other.asked).toEqual([]);
  });

  test("that is busy is asked again", async () => {
    const { asked, url } = validator((_, count) => new Response(null, { status: count < 3 ? 503 : 204 }));
    expect(await look(url)).toBeNull();
    expect(asked).toHaveLength(4);
  });

  test("that stays busy has said nothing when the time is over", async () => {
    const { url } = validator(() => new Response(null, { status: 503 }));
    expect(await failure(url, 600)).toBe("the validator answered with status 503");
  });

  test("that never answers has said nothing when the time is over", async () => {
    const { url } = validator(() => new Promise<Response>(() => {}));
    expect(await failure(url, 300)).toBe("the validator did not answer within 0.3 s");
  });

  test("that begins an answer without an end has answered", async () => {
    const { url } = validator(
      () =>
        new Response(
          new ReadableStream({
            start: (stream) => stream.enqueue(encode("hunter2")),
            pull: () => new Promise(() => {}),
          }),
        ),
    );
    expect(await look(url)).toBeNull();
  });

  test("that nobody has started has said nothing when the time is over, and not before", async () => {
    const { url } = validator(() => new Response());
    await servers.splice(0)[0]?.stop(true);
    const began = performance.now();
    expect(await failure(url, 700)).toMatch(/^the validator cannot be reached: (ECONNREFUSED|ConnectionRefused)$/);
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  test("is not waited for by who has given up", async () => {
    const { asked, url } = validator(() => new Promise<Response>(() => {}));
    const controller = new AbortController();
    const looking = look(url, 60_000, controller.signal).catch((cause) => cause);
    await eventually("the question", () => asked.length > 0);
    controller.abort(new Error("enough"));
    expect(await looking).toHaveProperty("message", "enough");
  });

  test("is asked directly, whatever HTTP_PROXY says", async () => {
    const proxy = validator(() => new Response(null, { status: 418 }));
    const real = validator(() => new Response());
    const script = `
      import { validate } from "#daemon/validate/validate.ts";
      const validation = { kind: "http", url: "${real.url}", timeoutMs: 5000 };
      const files = [{ path: "/a", size: 3, read: async () => new Uint8Array(3) }];
      console.log(JSON.stringify(await validate(validation, files, new AbortController().signal)));`;
    const env = {
      PATH: process.env["PATH"] ?? "",
      HTTP_PROXY: new URL(proxy.url).origin,
      http_proxy: new URL(proxy.url).origin,
    };
    const child = Bun.spawn([process.execPath, "-e", script], {
      env,
      cwd: `${import.meta.dir}/../../..`,
      stdin: "ignore",
      stderr: "pipe",
    });
    expect({ out: await child.stdout.text(), err: await child.stderr.text() }).toEqual({ out: "null\n", err: "" });
    expect({ proxy: proxy.asked.length, real: real.asked.length }).toEqual({ proxy: 0, real: 1 });
  });
});
