import { describe, expect, test } from "bun:test";
import type { Gate } from "#http/auth/identify.ts";
import { findToken, parseTokens } from "#http/auth/tokens.ts";
import { routes } from "#http/routes.ts";
import { type CallerRole, callerRoles, mayActAs } from "#process/caller.ts";
import { realApp } from "../support/app.ts";

const hashOf = (secret: string) => new Bun.CryptoHasher("sha256").update(secret).digest("hex");
const tokens = parseTokens(
  callerRoles.map((role) => `${role} a-${role} sha256:${hashOf(`secret-${role}`)}`).join("\n"),
);
const known = (secret: string) => findToken(tokens, secret);

interface Place {
  readonly listener: CallerRole;
  readonly gate: Gate | undefined;
}

/** Each kind of listener that there is. */
const places: Readonly<Record<string, Place>> = {
  "loopback or a Unix socket without tokens": {
    listener: "operate",
    gate: { withoutToken: "operate", findToken: null },
  },
  "a listener with tokens": { listener: "operate", gate: { withoutToken: "probe", findToken: known } },
  "mTLS, by default": { listener: "operate", gate: { withoutToken: "operate", findToken: null } },
  "mTLS, for reading": { listener: "operate", gate: { withoutToken: "read", findToken: null } },
  "mTLS for reading, and tokens": { listener: "operate", gate: { withoutToken: "read", findToken: known } },
  "a listener for probes": { listener: "probe", gate: undefined },
};

const callers: Readonly<Record<string, string | null>> = {
  nobody: null,
  ...Object.fromEntries(callerRoles.map((role) => [role, `secret-${role}`])),
  "a stranger": "wrong",
};

/** What the contract says, apart from the code: 200 stands for all that is not a refusal of who calls. */
function expected({ listener, gate }: Place, secret: string | null, needed: CallerRole, onProbes: boolean) {
  if (listener === "probe") return onProbes ? 200 : 403;
  const hasTokens = gate?.findToken != null;
  const role = hasTokens && secret !== null ? known(secret)?.role : gate?.withoutToken;
  if (role === undefined) return needed === "probe" ? 200 : 401;
  if (mayActAs(role, needed)) return 200;
  return hasTokens && secret === null ? 401 : 403;
}

/** A request that does nothing, whoever it comes from. */
const pathOf = (path: string) =>
  path
    .replace("{pid}", "4194303")
    .replace("{file}", "status")
    .replace("{verb}", "reload")
    .replace(/\{\w+\}/g, "none");

describe.each(Object.entries(places))("%s", (_, place) => {
  const pod = { isInit: false, mayRestart: () => true, restart() {} };
  const app = realApp({ role: place.listener, pod, ...(place.gate ? { gate: place.gate } : {}) });
  for (const [who, secret] of Object.entries(callers)) {
    test(`lets ${who} do what the table of routes says`, async () => {
      const wrong: string[] = [];
      for (const { method, path, role, onProbes } of routes) {
        const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
        const query = method === "post" ? "?dryRun=true" : "";
        const response = await app.request(`${pathOf(path)}${query}`, { method: method.toUpperCase(), headers });
        const refused = [401, 403].includes(response.status) ? response.status : 200;
        const right = expected(place, secret, role, onProbes === true);
        if (refused !== right) wrong.push(`${method} ${path}: ${response.status}, not ${right}`);
        if (response.status === 401) {
          const isBad = secret !== null;
          const challenge = `Bearer realm="sexton"${isBad ? ', error="invalid_token"' : ""}`;
          if (response.headers.get("www-authenticate") !== challenge) wrong.push(`${path}: no challenge`);
        }
        await response.body?.cancel();
      }
      expect(wrong).toEqual([]);
    });
  }
});

describe("the table of routes", () => {
  test("asks for operate wherever something is changed, and for read or less elsewhere", () => {
    const wrong = routes.filter(({ method, role }) => (method === "get") === (role === "operate"));
    // A kubelet's preStop has no other method.
    expect(wrong.map(({ path }) => path)).toEqual(["/hooks/{name}"]);
  });

  test("gives who shows nothing the probes and the page, which holds no data", () => {
    expect(routes.filter(({ role }) => role === "probe").map(({ path }) => path)).toEqual([
      "/",
      "/assets/{asset}",
      "/livez",
      "/startupz",
      "/readyz",
      "/healthz",
    ]);
    expect(routes.filter(({ onProbes }) => onProbes).map(({ path }) => path)).toEqual([
      "/livez",
      "/startupz",
      "/readyz",
      "/healthz",
      "/metrics",
      "/hooks/{name}",
    ]);
  });

  test("a refusal names the role that is needed", async () => {
    const gate = { withoutToken: "probe", findToken: known } as const;
    const { request } = realApp({ gate });
    const refused = await request("/processes", { headers: { authorization: "Bearer secret-probe" } });
    expect(await refused.json()).toMatchObject({
      kind: "forbidden",
      role: "read",
      detail: expect.stringContaining("a-probe"),
    });
    const anonymous = await request("/signal/reload", { method: "POST" });
    expect(await anonymous.json()).toMatchObject({ kind: "unauthorized", role: "operate" });
  });
});
