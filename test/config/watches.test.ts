import { describe, expect, test } from "bun:test";
import { UsageError } from "#base/errors.ts";
import { explainConfig } from "#config/explain.ts";
import { type ConfigSources, loadConfig } from "#config/load.ts";
import type { WatchSettings } from "#process/reload.ts";
import { watchSettings } from "../support/reloads.ts";

type Given = { readonly yaml?: string; readonly flag?: string } & Partial<ConfigSources>;

const load = ({ yaml, flag, env = {}, flags = {} }: Given) =>
  loadConfig({
    file: yaml === undefined ? null : { path: "/etc/sexton.yaml", text: yaml },
    env,
    flags: flag === undefined ? flags : { watch: flag },
    profiles: ["nginx"],
  });
const watches = async (given: Given) => (await load(given)).config.watch.watches as readonly WatchSettings[];
const first = async (given: Given) => (await watches(given))[0] as WatchSettings;

async function refusal(given: Given): Promise<string> {
  const outcome = await load(given).catch((error: unknown) => error);
  if (!(outcome instanceof UsageError)) throw new Error(`expected a refusal, found ${Bun.inspect(outcome)}`);
  return outcome.message;
}

const usual: WatchSettings = watchSettings({
  paths: ["/etc/nginx"],
  proof: { waitMs: 10_000, http: null },
  retry: { on: "failed", leastMs: 5_000, mostMs: 300_000 },
});

describe("a watch", () => {
  test.each<[string, Given]>([
    ["a flag with a path alone", { flag: "/etc/nginx" }],
    ["a flag with a name", { flag: "nginx=/etc/nginx" }],
    ["a variable", { env: { SEXTON_WATCH: " nginx=/etc/nginx ; " } }],
    ["a list", { yaml: "watch: [{name: nginx, paths: [/etc/nginx]}]" }],
    ["a list in a map", { yaml: "watch: {tick: 50ms, watches: [{name: nginx, path: /etc/nginx}]}" }],
    ["a list without a name", { yaml: "watch:\n  - paths: /etc/nginx\n" }],
    [
      "nulls for what is not set",
      { yaml: "watch: [{path: /etc/nginx, target: null, validate: null, http: null, proof: {http: null}}]" },
    ],
  ])("has its defaults: %s", async (_, given) => {
    expect(await watches(given)).toEqual([usual]);
  });

  const all: WatchSettings = {
    name: "app",
    paths: ["/etc/app", "/etc/more"],
    target: "app",
    verb: "SIGUSR2",
    settleMs: 2_000,
    settleMostMs: 20_000,
    rescanMs: 30_000,
    minSpacingMs: 5_000,
    splayMs: 60_000,
    validate: { kind: "http", url: "http://localhost:9090/check", timeoutMs: 3_000 },
    http: { url: "http://127.0.0.1:9090/-/reload", method: "PUT", status: [204, 204], timeoutMs: 1_500 },
    proof: { waitMs: 4_000, http: { url: "http://[::1]:9090/metrics", field: "reloads_total", expect: "7" } },
    retry: { on: "unconfirmed", leastMs: 1_000, mostMs: 2_000 },
  };

  test("has all that is set in the file", async () => {
    const yaml = `
watch:
  - name: app
    paths: [/etc/app, /etc/more]
    target: app
    verb: SIGUSR2
    settle: 2s
    settleMost: 20s
    rescan: 30s
    minSpacing: 5s
    splay: 1m
    validate: { http: "http://localhost:9090/check", timeout: 3s }
    http: { url: "http://127.0.0.1:9090/-/reload", method: PUT, status: 204, timeout: 1500ms }
    proof: { wait: 4s, http: { url: "http://[::1]:9090/metrics", field: reloads_total, expect: 7 } }
    retry: { on: unconfirmed, least: 1s, most: 2s }
`;
    expect(await watches({ yaml })).toEqual([all]);
  });

  test("has all that is set by a flag", async () => {
    const flag = [
      "app=/etc/app:/etc/more,target=app,verb=SIGUSR2,settle=2s,settleMost=20s,rescan=30s,minSpacing=5s,splay=1m",
      "validate.http=http://localhost:9090/check,validate.timeout=3s",
      "http.url=http://127.0.0.1:9090/-/reload,http.method=PUT,http.status=204,http.timeout=1500ms",
      "proof.wait=4s,proof.http.url=http://[::1]:9090/metrics,proof.http.field=reloads_total,proof.http.expect=7",
      "retry.on=unconfirmed,retry.least=1s,retry.most=2s",
    ].join(",");
    expect(await watches({ flag })).toEqual([all]);
  });

  test("takes short forms", async () => {
    const watch = await first({
      flag: "/a,validate=toml,http=http://127.0.0.1/-/reload,retry=never,proof.http=http://127.0.0.1/x",
    });
    expect(watch).toMatchObject({
      validate: { kind: "toml" },
      http: { url: "http://127.0.0.1/-/reload", method: "POST", status: [200, 299], timeoutMs: 30_000 },
      proof: { http: { url: "http://127.0.0.1/x", field: null, expect: null } },
      retry: { on: "never" },
    });
    expect((await first({ flag: "/a,validate=http://127.0.0.1/x" })).validate).toMatchObject({ kind: "http" });
  });

  test("waits longer at most, where it is to settle longer", async () => {
    expect(await first({ flag: "/a,settle=30s,retry.least=1h" })).toMatchObject({
      settleMostMs: 30_000,
      retry: { mostMs: 3_600_000 },
    });
  });

  test("may be one of several, and replaces those of the file", async () => {
    const names = async (given: Given) => (await watches(given)).map(({ name }) => name);
    const yaml = "watch: [{path: /etc/old}]";
    expect(await names({ yaml })).toEqual(["old"]);
    expect(await names({ yaml, flag: "/etc/a;b=/etc/c" })).toEqual(["a", "b"]);
    expect(await names({ yaml, flags: { "watch-tick": "50ms" } })).toEqual(["old"]);
    expect((await load({ yaml, flags: { "watch-tick": "50ms" } })).config.watch.tick).toBe(50);
    expect(await names({ yaml, flag: "" })).toEqual([]);
  });

  test("may speak to others where that is said", async () => {
    const url = "http://app.example.com/-/reload";
    const http = `http.url=${url},http.allowRemote=true`;
    expect((await first({ flag: `/a,${http}` })).http?.url).toBe(url);
    expect(await refusal({ flag: `/a,http.url=${url},http.allowRemote=false` })).toContain(
      "expected a URL of this pod",
    );
    expect(
      (await first({ yaml: `watch: [{path: /a, validate: {http: "${url}", allowRemote: true}}]` })).validate,
    ).toEqual({
      kind: "http",
      url,
      timeoutMs: 10_000,
    });
  });
});

describe("a watch is refused with a sentence", () => {
  test.each<[string, Given, readonly string[]]>([
    ["no path", { yaml: "watch: [{name: web}]" }, ['paths of watch "web"', "/etc/sexton.yaml", "at least one path"]],
    [
      "an empty list of paths",
      { yaml: "watch: [{name: web, paths: []}]" },
      ['paths of watch "web"', "at least one path"],
    ],
    ["a relative path", { yaml: "watch: [{path: conf.d}]" }, ['path of watch "conf.d"', '"conf.d"', "absolute path"]],
    ["a number for a path", { yaml: "watch: [{paths: [/a, 5]}]" }, ["paths.1", "found 5"]],
    ["a number for the paths", { yaml: "watch: [{name: a, paths: 5}]" }, ["a list of paths", "found 5"]],
    ["a text for a watch", { yaml: "watch: [/etc/nginx]" }, ["watch 1", "{name, paths, target, …}", '"/etc/nginx"']],
    ["a number for the watches", { yaml: "watch: {watches: 5}" }, ["watch", "a list of watches", "found 5"]],
    ["no path in a flag", { flag: "web,target=app" }, ["flag --watch", "a path first", '"web"']],
    ["a word in a flag", { flag: "/a,target" }, ["key=value", '"target"']],
    ["a key that is there twice", { flag: "/a,target=x,target=y" }, ["once", '"target=y"']],
    ["an unknown key", { flag: "/etc/web,settel=1s" }, ["flag --watch", '"settel"', 'watch "web"', '"settle"']],
    [
      "an unknown key in the file",
      { yaml: "watch: [{path: /a, taget: x}]" },
      ["/etc/sexton.yaml", '"taget"', '"target"'],
    ],
    [
      "an unknown key of a part",
      { yaml: "watch: [{path: /a, retry: {no: x}}]" },
      ['"no"', 'retry of watch "a"', '"on"'],
    ],
    [
      "an unknown key deep inside",
      { flag: "/a,proof.http.url=http://127.0.0.1,proof.http.filed=x" },
      ['"filed"', '"field"'],
    ],
    ["an unknown key beside the watches", { yaml: "watch: {watchs: []}" }, ['"watchs"', '"watches"']],
    ["a time that is none", { flag: "/a,settle=soon" }, ['settle of watch "a"', "a time from 0s to 24h", '"soon"']],
    ["a rescan without a pause", { flag: "/a,rescan=0s" }, ["rescan", "from 1s to 24h"]],
    ["less at most than at least", { flag: "/a,settle=3s,settleMost=2s" }, ["settleMost", "3s", "found 2s"]],
    ["less at most for the retries", { flag: "/a,retry.least=3s,retry.most=2s" }, ["retry.most", "3s", "found 2s"]],
    ["two of one name", { flag: "/a/x;/b/x" }, ["name of its own", '"x" twice']],
    ["a bad name", { flag: "a b=/x" }, ["letters, digits, dots and dashes", '"a b"']],
    ["a path that names nothing", { flag: "/" }, ["name", '"/"']],
    ["a validation that there is none of", { flag: "/a,validate=xml" }, ["validate", "json, yaml, toml", '"xml"']],
    ["a method", { flag: "/a,http.url=http://127.0.0.1,http.method=PATCH" }, ["http.method", "POST, PUT, GET"]],
    ["a status", { flag: "/a,http.url=http://127.0.0.1,http.status=299-200" }, ["http.status", "200-299"]],
    ["no URL", { yaml: "watch: [{path: /a, http: {method: PUT}}]" }, ["http.url", "a URL", "found nothing"]],
    ["another scheme", { flag: "/a,http=ftp://127.0.0.1/" }, ["http.url", "ftp://127.0.0.1/"]],
    ["an address of others", { flag: "/a,proof.http=http://10.0.0.1/" }, ["proof.http.url", "this pod", "allowRemote"]],
    ["an address that looks like ours", { flag: "/a,http=http://127.0.0.1.example.com/" }, ["this pod"]],
    ["a verb", { flag: "/a,verb=Re-load" }, ["verb", '"Re-load"']],
    ["when to try again", { flag: "/a,retry=always" }, ["retry.on", "never, failed, unconfirmed", '"always"']],
  ])("%s", async (_, given, parts) => {
    const message = await refusal(given);
    for (const part of parts) expect(message).toContain(part);
    expect(message).toMatch(/^Cannot use [^\n]+$/);
  });

  test("that shows no password", async () => {
    for (const flag of ["/a,http=http://me:secret@example.com/", "/a,me=//x:secret@y,b", "/a,settle=http://x:secret@y"])
      expect(await refusal({ flag })).not.toContain("secret");
  });
});

test("the settings in force are shown as they are written, and without passwords", async () => {
  const flag =
    "/a,settle=90s,validate=http://u:secret@127.0.0.1/c,http=http://u:secret@127.0.0.1/r,proof.http=http://u:secret@127.0.0.1/p";
  const setting = explainConfig(await load({ flag })).find(({ key }) => key === "watch.watches");
  expect(setting).toMatchObject({
    source: "flag --watch",
    value: [
      {
        name: "a",
        settle: "90s",
        settleMost: "90s",
        rescan: "1m",
        validate: { http: "http://***@127.0.0.1/c", timeout: "10s" },
        http: { url: "http://***@127.0.0.1/r", method: "POST", status: "200-299", timeout: "30s" },
        proof: { wait: "10s", http: { url: "http://***@127.0.0.1/p" } },
        retry: { on: "failed", least: "5s", most: "5m" },
      },
    ],
  });
  expect(JSON.stringify(setting)).not.toContain("secret");
});

test("what is shown can be read again", async () => {
  const flag = "/a,target=x,validate=yaml,http=http://127.0.0.1/r,http.status=204".replace(
    "http=http",
    "http.url=http",
  );
  const before = await watches({ flag });
  const shown = explainConfig(await load({ flag })).find(({ key }) => key === "watch.watches")?.value;
  expect(
    await watches({ yaml: JSON.stringify({ watch: shown }).replaceAll('"field":null,"expect":null', "") }),
  ).toEqual([...before]);
});
