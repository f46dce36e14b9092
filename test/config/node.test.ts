import { expect, test } from "bun:test";
import { UsageError } from "#base/errors.ts";
import { loadConfig } from "#config/load.ts";

const load = (kubelet: string, more: Readonly<Record<string, string>> = {}) =>
  loadConfig({
    file: null,
    env: { SEXTON_NODE_KUBELET: kubelet, SEXTON_NODE_TOKEN_FILE: "/token", ...more },
    flags: {},
    profiles: [],
  });
const ca = { SEXTON_NODE_CA_FILE: "/ca.pem" };

test.each([
  ["http://127.0.0.1:10255/pods", {}],
  ["https://127.0.0.1:10250/pods", {}],
  ["https://[::1]:10250/pods", {}],
  ["https://10.0.0.1:10250/pods", ca],
])("the kubelet's token is for %s with %j", async (url, more) => {
  expect((await load(url, more)).config.node.tokenFile).toBe("/token");
});

test.each([
  ["http://10.0.0.1:10255/pods", {}],
  ["http://10.0.0.1:10255/pods", ca],
  ["https://10.0.0.1:10250/pods", {}],
  ["https://node.example:10250/pods", {}],
])("and not for %s with %j", async (url, more) => {
  const refused = await load(url, more).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect((refused as Error).message).toContain("the token would go over the network");
});
