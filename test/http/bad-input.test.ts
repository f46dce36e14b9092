import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";
import { expectProblem } from "../support/problem.ts";

const { request, post } = realApp();
const self = process.pid;

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

  test("pid 1 and sexton are protected before anything else is looked at", async () => {
    for (const body of ["dump", "quit", "reload", "KILL", "no-such-verb"]) {
      await expectProblem(await post("/processes/1/signal", { body }), 403, "protected-process");
      await expectProblem(await post(`/processes/${self}/signal?force=true`, { body }), 403, "protected-process");
    }
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

  test("what is said twice, or in two ways, is refused: one of them could be the dry run", async () => {
    const child = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    const to = `/processes/${child.pid}/signal`;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    await expectProblem(await post(`${to}?dryRun=false&dryRun=true`, { body: "TERM" }), 400, "bad-request");
    await expectProblem(
      await post(`${to}?dryRun=false`, { body: '{"verb":"TERM","dryRun":true}' }),
      400,
      "bad-request",
    );
    await expectProblem(
      await post(to, { headers: form, body: "verb=TERM&dryRun=true&dryRun=false" }),
      400,
      "bad-request",
    );
    expect(child.exitCode).toBe(null);
    const agreed = await post(`${to}?dryRun=true`, { body: '{"verb":"TERM","dryRun":true}' });
    expect(await agreed.json()).toMatchObject({ dryRun: true, sent: false });
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
