import { expect, test } from "bun:test";
import { type AppOptions, realApp } from "../support/app.ts";
import { createMemoryReloads, stateOf } from "../support/reloads.ts";

const places: readonly (readonly [string, AppOptions, string, string])[] = [
  ["plain", {}, "curl", "localhost:9099"],
  ["TLS", { scheme: "https" }, "curl", "https://localhost:9099"],
  ["a Unix socket", { socketPath: "/run/sexton.sock" }, "curl --unix-socket /run/sexton.sock", "localhost"],
  ["an odd path", { socketPath: "/run/a 'b'" }, String.raw`curl --unix-socket '/run/a '\''b'\'''`, "localhost"],
];

test.each(places)("lines to paste reach %s", async (_, options, curl, base) => {
  const { json } = realApp({ ...options, reloads: createMemoryReloads([stateOf()]) });
  expect((await json("/signal"))["usage"]).toEqual([
    `${curl} -X POST ${base}/signal/reload`,
    `${curl} -X POST '${base}/signal/terminate?dryRun=true'`,
    `${curl} ${base}/signal -d reload`,
  ]);
  expect((await json("/reloads"))["usage"]).toEqual([
    `${curl} -X POST ${base}/reloads/nginx`,
    `${curl} ${base}/reloads/nginx/hold -d for=10m`,
    `${curl} -X POST ${base}/reloads/nginx/release`,
  ]);
  expect((await json("/signal/reload"))["detail"]).toEndWith(` This works: ${curl} -X POST ${base}/signal/reload`);
});
