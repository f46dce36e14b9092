import type { Json } from "../support/binary.ts";
import { readApi } from "./api.ts";
import { createDriver, type Result } from "./drive.ts";
import { followSignals } from "./follow.ts";
import { traceIdOf } from "./headers.ts";
import { allows, namedBy } from "./ledger.ts";
import { makePlan, type Names, type Plan } from "./plan.ts";
import { createRandom, type Random } from "./random.ts";
import { shrink } from "./shrink.ts";
import { createValues } from "./values.ts";
import { commandOf } from "./wire.ts";
import { secretArgument, type World } from "./world.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  readonly connections: number;
}

export interface FuzzReport {
  /** What is wrong, each with the line that shows it. */
  readonly faults: readonly string[];
  readonly statuses: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly sent: number;
  readonly received: number;
}

/** After so many it is known that something is wrong. */
const mostFaults = 8;

export async function fuzz(world: World, { seed, requests, connections }: FuzzOptions): Promise<FuzzReport> {
  const api = readApi(await (await world.get("/openapi.json")).json());
  const secrets = [secretArgument, ...Object.values(world.secrets)];
  const driver = createDriver({ api, addresses: world.addresses, seed, secrets, longestMs: 25_000 });
  const values = createValues(seed);
  const names = await createNames(world, seed);
  const ledger = await followSignals(world, seed);
  const plans: (Plan | undefined)[] = [];
  const sentBy = new Set<number>();
  const failed: Result[] = [];
  const faults: string[] = [];
  const statuses: Record<string, number> = {};

  function told(result: Result): void {
    const { plan, answer } = result;
    const status = String(answer?.status ?? "closed");
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (answer?.status === 200 && /"sent":true/.test(answer.body)) sentBy.add(plan.index);
    if (result.faults.length > 0) failed.push(result);
  }

  let index = 0;
  const next = () => {
    if (index >= requests || failed.length >= mostFaults) return null;
    const plan = makePlan(api, values, names, createRandom(seed, index), index);
    if (plan.message.method === "POST" || plan.message.path.includes("hooks")) plans[index] = plan;
    index++;
    return plan;
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, () => driver.run(next, told)));
  const seconds = (performance.now() - started) / 1000;
  await driver.settled();
  names.stop();
  for (const result of failed) {
    const { plan, faults: found } = await shrink(result, (plan) => driver.once(plan));
    const line = ({ message, listener }: Plan) => commandOf(message, world.addresses[listener]).slice(0, 3_000);
    const before = result.before ? `\n    after ${line(result.before)}` : "";
    faults.push(`request ${plan.index} of seed ${seed}: ${found.join("; ")}\n    ${line(plan)}${before}`);
  }
  faults.push(...driver.streamFaults.slice(0, mostFaults));
  const hasTokens = Object.keys(world.secrets).length > 0;
  const { events, received, problems } = await ledger.close(sentBy);
  faults.push(...problems);
  const byTrace = new Map(plans.flatMap((plan) => (plan ? [[traceIdOf(seed, plan.index), plan] as const] : [])));
  const roles = new Map(
    world.log().flatMap(([what, role = "", pid]) => (what === "start" ? [[Number(pid), role]] : [])),
  );
  for (const event of events) {
    const plan = byTrace.get(event["traceId"]);
    const { pid } = event["process"];
    const what = `${event["data"].signal ?? event["data"].remedy} to ${pid} (${event["process"].name})`;
    if ((pid === 1 || pid === world.selfPid) && event["data"].outcome !== "refused")
      faults.push(`${what}, which is protected: ${JSON.stringify(event["data"])}`);
    if (!plan) faults.push(`${what}, asked for by nobody: ${JSON.stringify(event)}`);
    else if (!allows(namedBy(plan, hasTokens), event, (of) => roles.get(of))) {
      faults.push(
        `${what} by a request that does not name it\n    ${commandOf(plan.message, world.addresses[plan.listener])}`,
      );
    }
  }
  const sent = events.filter(({ type }) => type === "signal.sent").length;
  return { faults, statuses, perSecond: index / seconds, sent, received };
}

async function createNames(world: World, run: number): Promise<Names & { stop(): void }> {
  let refs: string[] = [];
  let living: string[] = [];
  let assets: string[] = [];
  async function look(): Promise<void> {
    const { processes } = (await (await world.get("/processes")).json()) as Json;
    const alive = (processes as Json[]).filter(({ pid }) => pid !== 1 && pid !== world.selfPid);
    refs = alive.flatMap(({ pid, id }) => [`${pid}`, id]);
    living = alive.filter(({ state }) => state !== "zombie").flatMap(({ pid, id }) => [`${pid}`, id]);
  }
  await look();
  const page = await (await world.get("/")).text();
  const html = await (await fetch(`${world.agent.url}/`, { headers: { accept: "text/html" } })).text();
  assets = [...`${page}${html}`.matchAll(/\/assets\/([\w.-]+)/g)].map(([, name]) => name as string);
  const timer = setInterval(() => void look().catch(() => {}), 500);
  const { selfPid } = world;
  return {
    process: (random: Random) =>
      random.chance(0.85)
        ? random.pick(refs)
        : random.pick(["1", `${selfPid}`, "2-1", "4194304", "0", "-1", "99999", "1-1", "17-", "01"]),
    run,
    living: (random) => (random.chance(0.92) ? random.pick(living) : random.pick(["1", `${selfPid}`])),
    targets: ["master", "fuzz-master", "fuzz-leaver", "fuzz-bare", "nobody", "self", "sexton", "pause", ""],
    watches: ["conf", "conf", "drain", "Conf", "other"],
    assets: [...assets, "style.css", "start.js", "index.html", ".."],
    listeners: ["main", "main", "main", "main", "main", "main", "main", "unix", "unix", "probes"],
    secrets: world.secrets,
    stop: () => clearInterval(timer),
  };
}
