import type { Context } from "hono";
import * as z from "zod/mini";
import { type Problem, problem } from "#base/errors.ts";
import { acceptsGzip } from "#http/accepts-gzip.ts";
import { endpoint, type HttpEnv } from "#http/endpoint.ts";
import type { PageFile } from "#ui/bundle.ts";

/**
 * Only the page's own files may run and style, and only this sexton be asked: the name of a process can do nothing here,
 * whatever it holds. Trusted Types keep the page from ever making HTML of a text.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** The page for people. It holds no data, and so asks for no token: what it shows it gets from the API as everyone does. */
export async function page(c: Context<HttpEnv>): Promise<Response> {
  const { pageFiles, pageName } = await import("#ui/bundle.ts");
  const file = (await pageFiles()).find(({ name }) => name === pageName);
  if (!file) throw new Error("internal error: the page has no page");
  return send(c, file, {
    "content-security-policy": policy,
    "cache-control": "no-cache",
    "cross-origin-opener-policy": "same-origin",
    vary: "accept, accept-encoding",
  });
}

export const pageAsset = endpoint({
  summary: "The parts of the page",
  tag: "Service",
  params: z.object({ asset: z.string() }),
  async handle({ c, params }): Promise<Response | Problem> {
    const { pageFiles, pageName } = await import("#ui/bundle.ts");
    const file = (await pageFiles()).find(({ name }) => name === params.asset && name !== pageName);
    if (!file)
      return problem("not-found", `Cannot find /assets/${params.asset.slice(0, 80)}: the page has no such part.`);
    // Its name changes with what it holds.
    return send(c, file, { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" });
  },
});

async function send(c: Context<HttpEnv>, file: PageFile, headers: Record<string, string>): Promise<Response> {
  const all = { ...headers, etag: file.etag };
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304, all);
  const typed = { ...all, "content-type": file.contentType };
  if (acceptsGzip(c)) {
    return c.body(await file.body.arrayBuffer(), 200, { ...typed, "content-encoding": "gzip" });
  }
  return c.body(Bun.gunzipSync(await file.body.bytes()), 200, typed);
}
