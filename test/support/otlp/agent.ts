import { readFileSync } from "node:fs";
import type { SignalDelivery } from "#telemetry/delivery.ts";
import type { Signal } from "#telemetry/otel-env.ts";
import { type Agent, type AgentOptions, startAgent } from "../binary.ts";
import { namespaceProblem } from "../namespace.ts";
import type { Item } from "./items.ts";
import type { Receiver } from "./receiver.ts";

/**
 * The binary with no process to watch but itself, where this user may have that: what else runs on the machine is
 * memory, and an event each. `pid` is the binary's own.
 */
export async function startAlone(options: AgentOptions = {}): Promise<Agent> {
  if (namespaceProblem !== null) return startAgent(options);
  const wrapper = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];
  const agent = await startAgent({ ...options, wrapper });
  const pid = Number(readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, "utf8"));
  return {
    ...agent,
    pid,
    stop(signal = "SIGTERM") {
      process.kill(pid, signal);
      return agent.exited;
    },
  };
}

/** What /metrics says of the delivery of each signal. */
export async function deliveryOf(agent: Agent): Promise<Partial<Record<Signal, SignalDelivery>>> {
  const text = await (await agent.fetch("/metrics")).text();
  const delivery: Record<string, Record<string, number>> = {};
  const lines = text.matchAll(/^sexton_telemetry_\w+\{signal="(\w+)"(?:,outcome="(\w+)")?\} (\d+)$/gm);
  for (const [, signal = "", outcome = "queued", value] of lines) {
    delivery[signal] = { ...delivery[signal], [outcome]: Number(value) };
  }
  return delivery as never;
}

export function totalOf(delivery: SignalDelivery | undefined): number {
  return Object.values(delivery ?? {}).reduce((total, count) => total + count, 0);
}

/** Requests that cost little and make a span each, so many at a time. */
export async function makeSpans(agent: Agent, count: number, atOnce = 16): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await (await agent.fetch("/nowhere")).arrayBuffer();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Those of requests: SpanKind.SERVER. What else happens on the machine has spans too. */
export function requestSpans({ items }: Pick<Receiver, "items">): readonly Item[] {
  return items.traces.filter(({ kind }) => kind === 2);
}

/** Kibibytes of /proc/PID/status: RssAnon, VmHWM. */
export async function memoryOf(pid: number, field: "RssAnon" | "VmHWM"): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
}
