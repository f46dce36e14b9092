import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { createNamespace } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { tokenLines } from "../support/tokens.ts";
import type { Credential, Listener } from "./plan.ts";

/** Stands in the command lines of the actors, and in no answer. */
export const secretArgument = "hunter2-of-the-fuzzer";

/** The agent in a PID namespace with those whom test/fuzz/actors.c starts. */
export interface World {
  readonly agent: Agent;
  readonly addresses: Readonly<Record<Listener, string>>;
  readonly secrets: Partial<Readonly<Record<Credential, string>>>;
  /** The pid of the agent as the actors see it. */
  readonly selfPid: number;
  /** What the actors have written so far. */
  log(): readonly string[][];
  /** As an operator. */
  get(path: string): Promise<Response>;
  /** Open descriptors of the agent, by what they are. */
  descriptors(): readonly string[];
  anonymousBytes(): number;
  close(): Promise<void>;
}

const config = (folder: string) => `
targets: { master: { name: fuzz-master, verbs: { drain: SIGUSR2 } } }
limits: { mutations: 100000, streams: 24 }
hooks: { drain: { verb: drain, target: master } }
watch: [{ name: conf, path: ${folder}/watched, target: master, settle: 0s, proof: { wait: 0s } }]
`;

const roles = ["probe", "read", "operate"] as const;

export async function createWorld(withTokens: boolean): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-fuzz-"));
  const path = (name: string) => join(folder, name);
  const source = join(import.meta.dir, "actors.c");
  const { exitCode, stderr } = Bun.spawnSync(["gcc", "-O1", "-Wall", "-Wextra", "-o", path("fuzz-actors"), source], {
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot compile ${source}: ${stderr.toString()}`);
  mkdirSync(path("watched"));
  writeFileSync(path("config.yaml"), config(folder));
  const secrets = withTokens ? Object.fromEntries(roles.map((role) => [role, `Secret-of-${role}-4711`])) : {};
  const named = Object.entries(secrets).map(([role, secret]) => [`${role} ${role}`, secret]);
  writeFileSync(path("tokens"), tokenLines(Object.fromEntries(named)));
  // The long blank is where they write what they are called.
  const command = [path("fuzz-actors"), path("log"), "fuzz-actors".padEnd(15), `--password=${secretArgument}`];
  const namespace = await createNamespace(command);
  const log = () => read(path("log")).map((line) => line.split(" "));
  await eventually("the actors", () => log().filter(([what]) => what === "start").length >= 8);
  const args = ["--config", path("config.yaml"), "--listen", `127.0.0.1:0,unix://${path("api")}`];
  const agent = await startAgent({
    args: [...args, "--probes", "127.0.0.1:0", ...(withTokens ? ["--auth-tokens-file", path("tokens")] : [])],
    wrapper: namespace.enter,
  }).catch(async (cause) => {
    await namespace.close();
    throw cause;
  });
  const host = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, "utf8").trim();
  const [main = "", unix = "", probes = ""] = JSON.parse(/addresses=(\[[^\]]*\])/.exec(agent.stderr())?.[1] ?? "[]");
  const get = (path: string) =>
    agent.fetch(path, withTokens ? { headers: { authorization: `Bearer ${secrets["operate"]}` } } : {});
  const { processes } = (await (await get("/processes")).json()) as Json;
  const self = (processes as Json[]).find((process) => process["role"] === "self");
  return {
    agent,
    addresses: { main, unix, probes },
    secrets,
    selfPid: self?.["pid"],
    log,
    get,
    descriptors: () => readdirSync(`/proc/${host}/fd`).map((fd) => kindOf(`/proc/${host}/fd/${fd}`)),
    anonymousBytes: () =>
      Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${host}/status`, "utf8"))?.[1]) * 1024,
    async close() {
      await namespace.close();
      await agent.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function read(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

function kindOf(path: string): string {
  try {
    return readlinkSync(path).replace(/\d+/g, "N");
  } catch {
    return "gone";
  }
}
