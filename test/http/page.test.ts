import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageFiles } from "#ui/bundle.ts";
import { realApp } from "../support/app.ts";

const { request } = realApp();
const asBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip, deflate, br" };
/** All of the page, as it goes over the wire. */
const mostBytes = 150_000;

const unpacked = async (response: Response) => Buffer.from(Bun.gunzipSync(await response.arrayBuffer())).toString();

test("the page is under 150 KB in all, compressed", async () => {
  const sizes = (await pageFiles()).map(({ body }) => body.size);
  expect(sizes.length).toBe(3);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(mostBytes);
});

test("the page asks for its own parts alone, which are there for good, under names that change with them", async () => {
  const page = await request("/", { headers: asBrowser });
  const html = await unpacked(page);
  const parts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
  expect(parts).toHaveLength(2);
  expect(html.replace(/data:[^"]+/, "")).not.toMatch(/https?:|<style|<script(?! type="module" src="\/assets)/);
  for (const path of parts) {
    expect(path).toMatch(/-[a-z0-9]{8}\.(js|css)$/);
    const part = await request(path, { headers: { "accept-encoding": "gzip" } });
    expect(Object.fromEntries(part.headers)).toMatchObject({
      "content-encoding": "gzip",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    });
    const refused = await request(path, { headers: { "accept-encoding": "gzip;q=0, br" } });
    expect(refused.headers.get("content-encoding")).toBeNull();
    const plain = await (await request(path)).text();
    expect(await refused.text()).toBe(plain);
    expect(await unpacked(part)).toBe(plain);
    const etag = part.headers.get("etag") ?? "";
    expect((await request(path, { headers: { "if-none-match": etag } })).status).toBe(304);
  }
});

test("nothing of the page makes HTML or code of a text", () => {
  const folder = join(import.meta.dir, "..", "..", "src", "ui");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
  expect(files.length).toBeGreaterThan(40);
  const found = files.filter((path) => {
    const text = readFileSync(join(folder, path), "utf8");
    return /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/i.test(text);
  });
  expect(found).toEqual([]);
});

test("nothing but its own files may run, style or be asked by the page", async () => {
  const { headers } = await request("/", { headers: asBrowser });
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).not.toContain("unsafe");
  for (const directive of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"])
    expect(policy.split("; ")).toContain(directive);
  expect(headers.get("vary")).toContain("accept");
});

test("a part that is not there is a problem, and the page is none of its parts", async () => {
  for (const name of ["main.js", "index.html", "..%2fpackage.json"])
    expect((await request(`/assets/${name}`)).status).toBe(404);
});

test("curl has links instead", async () => {
  expect(await (await request("/", { headers: { accept: "*/*" } })).json()).toMatchObject({ name: "sexton" });
});
