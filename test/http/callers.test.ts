import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import { expectProblem } from "../support/problem.ts";

const { request, post } = realApp();
const self = process.pid;

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

  test("a Host that is not ours may not even read, as a rebound DNS name would", async () => {
    await expectProblem(await request("/processes", { headers: { host: "evil.example" } }), 403, "forbidden");
    expect((await request("/processes", { headers: { host: "localhost.:9099" } })).status).toBe(200);
    expect((await realApp({ role: "probe" }).request("/livez", { headers: { host: "10.1.2.3:9098" } })).status).toBe(
      200,
    );
  });

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

  test("the line to paste keeps the query, dry run and all", async () => {
    const body = await expectProblem(
      await request("/signal/terminate?dryRun=true&target=a'b"),
      405,
      "method-not-allowed",
    );
    expect(body["detail"]).toEndWith("curl -X POST 'localhost:9099/signal/terminate?dryRun=true&target=a%27b'");
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
