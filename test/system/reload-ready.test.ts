import { expect, test } from "bun:test";
import { loadConfig } from "#config/load.ts";
import { serve } from "#serve/serve.ts";
import type { Json } from "../support/binary.ts";
import { contentFolder } from "../support/content-folder.ts";
import { eventually } from "../support/poll.ts";

test("an agent whose watch is dead is not ready, and says which", async () => {
  const folder = contentFolder();
  folder.write("conf/app.conf", "one");
  const flags = { listen: "127.0.0.1:0", watch: `conf=${folder.path("conf")},target=nobody-is-called-so` };
  const log = { info() {}, warn() {}, error() {}, debug() {}, setLevel() {} } as unknown as Parameters<typeof serve>[2];
  const load = () => loadConfig({ file: null, env: {}, flags, profiles: [] });
  const running = await serve(await load(), load, log, {});
  const real = performance.now;
  try {
    const url = `http://${running.addresses[0]}`;
    const ask = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    const watch = async () => (JSON.parse((await ask("/reloads")).text) as Json)["watches"][0] as Json;
    await eventually("the first reading", async () => (await watch())["hash"] !== null);
    expect((await ask("/readyz")).status).toBe(200);
    // Who is to be reloaded is missing, which is a problem of the watch; it is alive all the same.
    performance.now = () => real.call(performance) + 61_000;
    expect((await watch())["problem"]).toStartWith('Cannot find target "nobody-is-called-so"');
    const { findings } = JSON.parse((await ask("/doctor")).text) as Json;
    expect(findings.map(({ title }: Json) => title)).toContain("Watch conf has nobody to reload");
    // A minute after its rescan was due its loop is taken for dead.
    performance.now = () => real.call(performance) + 125_000;
    const { status, text } = await ask("/readyz");
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ problems: { reloads: "watch conf: its loop has stopped" } });
  } finally {
    performance.now = real;
    await running.stop();
    folder.remove();
  }
});
