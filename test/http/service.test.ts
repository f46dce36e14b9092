import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { operations } from "#http/document/operations.ts";
import { routes } from "#http/routes.ts";
import { realApp } from "../support/app.ts";

const { request, json, agent } = realApp();

describe("the service's own paths", () => {
  test("every answer carries x-request-id, and a caller's own is kept", async () => {
    expect((await request("/livez")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect((await request("/livez", { headers: { "x-request-id": "mine-1" } })).headers.get("x-request-id")).toBe(
      "mine-1",
    );
  });

  for (const path of ["/livez", "/startupz", "/readyz", "/healthz"]) {
    test(`${path} is ok`, async () => {
      const response = await request(path);
      expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: "ok\n" });
    });
  }

  /** Where nobody goes from here: the page itself, and what is for machines alone. */
  const unlisted = ["/", "/livez", "/startupz", "/healthz"];

  test("/ is links for curl and a page for a browser", async () => {
    const { links } = await json("/");
    const listed = routes.filter(({ method, path }) => method === "get" && !path.includes("{")).map(({ path }) => path);
    const linked = Object.values<string>(links).map((path) => path.replace(/\?.*/, ""));
    expect([...new Set(linked), ...unlisted].sort()).toEqual(listed.sort());
    for (const path of Object.values<string>(links)) expect((await request(path)).status).toBe(200);
    const page = await request("/", { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    expect(page.headers.get("content-type")).toStartWith("text/html");
    expect(await page.text()).toContain('src="/assets/');
  });

  test("/config is a table for people, with a row for each of a list", async () => {
    const description = "";
    const watches = [
      { name: "nginx", paths: ["/etc/nginx"], target: null },
      { name: "app", paths: ["/etc/app"] },
    ];
    const settings = [
      { key: "tick", value: "20ms", source: "default", description },
      { key: "watch.watches", value: watches, source: "file /etc/sexton.yaml", description },
      { key: "auth.tokensFile", value: null, source: "default", description },
    ];
    const { request, json } = realApp({ settings });
    const table = `SETTING              VALUE                     FROM
tick                 20ms                      default
watch.watches nginx  {"paths":["/etc/nginx"]}  file /etc/sexton.yaml
watch.watches app    {"paths":["/etc/app"]}    file /etc/sexton.yaml
auth.tokensFile      -                         default
`;
    expect(await (await request("/config?pretty=true")).text()).toBe(table);
    expect(await (await request("/config", { headers: { accept: "text/plain" } })).text()).toBe(table);
    expect(await json("/config")).toEqual({ settings });
  });

  test("every route is documented, and nothing else", async () => {
    expect(Object.keys(operations).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    const document = await json("/openapi.json");
    expect(document["openapi"]).toBe("3.1.0");
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
    expect(Object.keys(document["paths"]).sort()).toEqual([...new Set(routes.map(({ path }) => path))].sort());
  });

  test("every mutation is POST and needs operate, everything else but a hook is GET", () => {
    for (const { method, role, path } of routes)
      expect(role === "operate").toBe(method === "post" || path === "/hooks/{name}");
  });

  test("/docs asks nobody outside", async () => {
    const page = await (await request("/docs")).text();
    expect(page).not.toMatch(/https?:\/\//);
    for (const asset of ["style.css", "bundle.js", "start.js"])
      expect((await request(`/docs/${asset}`)).status).toBe(200);
    expect((await request("/docs/other.js")).status).toBe(404);
  });

  test("the agent's table is the one that is served", () => {
    expect(agent.table().byPid.get(process.pid)?.role).toBe("self");
  });
});
