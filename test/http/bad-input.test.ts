import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";

const { request, post } = realApp();
const self = process.pid;

async function expectProblem(response: Response, status: number, kind: string): Promise<Json> {
  const body = (await response.json()) as Json;
  expect({ status: response.status, kind: body["kind"], type: response.headers.get("content-type") }).toEqual({
    status,
    kind,
    type: "application/problem+json",
  });
  expect(body["status"]).toBe(status);
  expect(String(body["detail"])).toMatch(/^Cannot .+/);
  return body;
}

describe("processes by pid", () => {
  for (const pid of ["abc", "-1", "0", "99999999999", "4194305", "17-", "17-abc", "1e3", "0x11", "+1"]) {
    test(`GET and POST refuse ${pid}`, async () => {
      await expectProblem(await request(`/processes/${pid}`), 400, "bad-request");
      await expectProblem(await post(`/processes/${pid}/signal`, { body: "TERM" }), 400, "bad-request");
      await expectProblem(await post("/signal", { body: JSON.stringify({ verb: "TERM", pid }) }), 400, "bad-request");
    });
  }

  test("a pid that nobody has is gone", async () => {
    const body = await expectProblem(await request("/processes/4194304"), 404, "process-gone");
    expect(body["detail"]).toContain("4194304");
    await expectProblem(await post("/processes/4194304/signal", { body: "TERM" }), 404, "process-gone");
  });

  test("an id whose start time is another's is replaced", async () => {
    await expectProblem(await request(`/processes/${self}-1`), 409, "process-replaced");
  });

  test("a file that is not offered is not found, and the answer lists those that are", async () => {
    for (const file of ["mem", "environ", "fd", "..", "root"]) {
      const response = await request(`/processes/${self}/${encodeURIComponent(file)}`);
      if (response.status === 404)
        expect(((await response.json()) as Json)["detail"]).toContain(file === ".." ? "" : "served are status, stat");
      else expect(response.status).toBe(400);
    }
  });
});

describe("queries", () => {
  test("an unknown name is refused with the nearest, so that ?dryrun=true sends nothing", async () => {
    const child = Bun.spawn(["sleep", "1000"]);
    const body = await expectProblem(
      await post(`/processes/${child.pid}/signal?dryrun=true`, { body: "TERM" }),
      400,
      "bad-request",
    );
    expect(body).toMatchObject({ nearest: "dryRun" });
    expect(child.exitCode).toBe(null);
    child.kill();
  });

  for (const query of ["sort=size", "limit=-1", "limit=x", "state=alive", "uid=root", "view=forest", "pretty=maybe"]) {
    test(`?${query} is refused`, async () => {
      const body = await expectProblem(await request(`/processes?${query}`), 400, "bad-request");
      expect(body["parameter"]).toBe(query.split("=")[0]);
    });
  }

  for (const wait of ["soon", "-1s", "1h", "61s"]) {
    test(`?wait=${wait} is refused`, async () => {
      await expectProblem(await post(`/processes/${self}/signal?wait=${wait}`, { body: "TERM" }), 400, "bad-request");
    });
  }
});

describe("bodies", () => {
  const to = `/processes/${self}/signal`;

  test("an unknown signal is refused with the nearest", async () => {
    const child = Bun.spawn(["sleep", "1000"]);
    expect(
      await expectProblem(await post(`/processes/${child.pid}/signal`, { body: "SIGHPU" }), 400, "unknown-signal"),
    ).toMatchObject({ nearest: "SIGHUP" });
    expect(
      await expectProblem(await post(`/processes/${child.pid}/signal`, { body: "relaod" }), 400, "unknown-signal"),
    ).toMatchObject({ nearest: "reload" });
    for (const signal of ["0", "65", "-9", "32", "RTMIN+31"]) {
      await expectProblem(await post(`/processes/${child.pid}/signal`, { body: signal }), 400, "unknown-signal");
    }
    child.kill();
  });

  test("more than 64 KiB is too large, declared or streamed", async () => {
    await expectProblem(await post(to, { body: "x".repeat(65 * 1024) }), 413, "payload-too-large");
    const chunks = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 70; n++) controller.enqueue(new Uint8Array(1024).fill(65));
        controller.close();
      },
    });
    await expectProblem(await post(to, { body: chunks }), 413, "payload-too-large");
  });

  test("garbage JSON is refused with its place", async () => {
    const headers = { "content-type": "application/json" };
    const body = await expectProblem(
      await post(to, { headers, body: '{\n  "verb": "TERM",\n  oops\n}' }),
      400,
      "bad-request",
    );
    expect(body["detail"]).toContain("line 3, column 3");
    await expectProblem(await post(to, { headers, body: "[1,2" }), 400, "bad-request");
    await expectProblem(await post(to, { headers, body: '["TERM"]' }), 400, "bad-request");
    await expectProblem(await post(to, { headers, body: '{"verb":"TERM","extra":1}' }), 400, "bad-request");
    await expectProblem(await post(to, { headers, body: "{}" }), 400, "bad-request");
    await expectProblem(await post(to, { headers, body: "null" }), 400, "bad-request");
  });

  test("another content type is refused", async () => {
    for (const type of ["application/xml", "multipart/form-data; boundary=x", "image/png"]) {
      await expectProblem(
        await post(to, { headers: { "content-type": type }, body: "TERM" }),
        415,
        "unsupported-media-type",
      );
    }
  });

  test("no verb, two verbs, two receivers are refused", async () => {
    await expectProblem(await post("/signal"), 400, "bad-request");
    await expectProblem(await post("/signal/reload", { body: "TERM" }), 400, "bad-request");
    await expectProblem(await post(`${to}?target=app`, { body: "TERM" }), 400, "bad-request");
    await expectProblem(
      await post("/signal", { body: JSON.stringify({ verb: "TERM", pid: self, target: "app" }) }),
      400,
      "bad-request",
    );
  });
});

describe("callers", () => {
  const to = "/signal/reload?dryRun=true";
  const refused: Record<string, Record<string, string>> = {
    "a foreign Origin": { origin: "https://evil.example" },
    "an Origin on another port": { origin: "http://localhost:3000" },
    "a null Origin": { origin: "null" },
    "another site's page": { "sec-fetch-site": "cross-site" },
    "a Host that is not ours": { host: "evil.example" },
    "a Host that only begins like ours": { host: "localhost.evil.example:9099" },
    "a Host with a user": { host: "localhost@evil.example" },
  };
  for (const [who, headers] of Object.entries(refused)) {
    test(`${who} may not POST`, async () => {
      await expectProblem(await post(to, { headers }), 403, "forbidden");
    });
  }

  for (const headers of [
    {},
    { origin: "http://localhost:9099" },
    { host: "127.0.0.1:8080" },
    { host: "[::1]:9099" },
    { "sec-fetch-site": "same-origin" },
  ]) {
    test(`${JSON.stringify(headers)} may`, async () => {
      expect((await post(to, { headers })).status).not.toBe(403);
    });
  }

  test("a listener for probes serves nothing else", async () => {
    const probes = realApp({ role: "probe" });
    expect((await probes.request("/livez")).status).toBe(200);
    await expectProblem(await probes.request("/processes"), 403, "forbidden");
    await expectProblem(await probes.post("/signal/reload"), 403, "forbidden");
    await expectProblem(await probes.request("/"), 403, "forbidden");
  });
});

describe("methods and paths", () => {
  test("GET on a mutation answers 405 with Allow and the curl line that works", async () => {
    for (const path of ["/signal/reload", `/processes/${self}/signal`]) {
      const response = await request(path);
      expect(response.headers.get("allow")).toBe("POST, OPTIONS");
      const body = await expectProblem(response, 405, "method-not-allowed");
      expect(body["detail"]).toEndWith(`curl -X POST localhost:9099${path}`);
    }
  });

  test("DELETE, PUT and POST where they make no sense answer 405", async () => {
    await expectProblem(await request("/signal/reload", { method: "PUT" }), 405, "method-not-allowed");
    await expectProblem(await request(`/processes/${self}`, { method: "DELETE" }), 405, "method-not-allowed");
    await expectProblem(await post("/processes"), 405, "method-not-allowed");
  });

  test("OPTIONS says what is allowed, HEAD answers like GET without a body", async () => {
    const options = await request("/signal", { method: "OPTIONS" });
    expect(options.status).toBe(204);
    expect(options.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    const head = await request("/processes", { method: "HEAD" });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: "" });
  });

  test("an unknown path is not found", async () => {
    const body = await expectProblem(await request("/proceses"), 404, "not-found");
    expect(body["detail"]).toContain("/processes");
  });
});
