import type { Clock } from "#base/clock.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Usage } from "#daemon/usage.ts";
import type { EventProcess, ExitFacts, RegisterEvent } from "#process/event.ts";
import { parseProcessRef } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { parseSignal } from "#process/signal.ts";
import { placeLabels, plainLabel } from "#telemetry/container-labels.ts";
import type { Labels, MetricFamily, Sample } from "#telemetry/exposition.ts";
import { createKept } from "#telemetry/kept.ts";
import type { ProcessSums } from "#telemetry/process-sums.ts";

/** Counts what the register tells of lives and signals. */
export interface LifeCounters {
  families(): MetricFamily[];
}

interface Means {
  readonly bus: Pick<Bus, "listen">;
  readonly clock: Clock;
  /** As the register knows them, by pid. */
  readonly known: ReadonlyMap<number, Process>;
  readonly usage: Pick<Usage, "usedUp">;
  readonly sums: Pick<ProcessSums, "ended" | "exited" | "gone">;
  /** By container key. */
  readonly labels: () => ReadonlyMap<string, string>;
}

export function countLives({ bus, clock, known, usage, sums, labels }: Means): LifeCounters {
  const starts = createKept((container) => ({ container, count: 0 }), clock);
  /** Ended, and how is told when it is collected or not at all; by id. */
  const untold = new Map<string, { readonly name: string; readonly container: string }>();
  const signals = new Map<string, { readonly labels: Labels; value: number }>();

  bus.listen(({ type, process, data }) => {
    if (process !== null && type === "process.started") starts.need(labelOf(process)).count++;
    else if (process !== null && type === "process.exited") exited(process, data);
    else if (process !== null && type === "process.reaped") reaped(process, data);
    else if (type === "signal.sent") signal(String(data["signal"]), "sent");
    // What was asked for may be a verb, or any text.
    else if (type === "signal.refused") refused(data);
  });

  function exited(process: EventProcess, data: RegisterEvent["data"]): void {
    const container = labelOf(process);
    const last = known.get(process.pid);
    if (last) sums.ended(last, container, usage.usedUp(last));
    const how = wayOf(data);
    if (how) sums.exited(process.name, container, how);
    else untold.set(process.id, { name: process.name, container });
  }

  function reaped({ id }: EventProcess, data: RegisterEvent["data"]): void {
    const ref = parseProcessRef(id);
    if (ref?.startTicks != null) sums.gone({ pid: ref.pid, startTicks: ref.startTicks });
    const waiting = untold.get(id);
    if (!waiting) return;
    untold.delete(id);
    sums.exited(waiting.name, waiting.container, wayOf(data) ?? { reason: "unknown" });
  }

  function refused({ signal: known, verb, kind }: RegisterEvent["data"]): void {
    signal(parseSignal(String(known ?? verb))?.name ?? "", String(kind));
  }

  function signal(name: string, outcome: string): void {
    const key = `${name} ${outcome}`;
    const entry = signals.get(key) ?? { labels: { signal: name, outcome }, value: 0 };
    entry.value++;
    signals.set(key, entry);
  }

  function labelOf({ pid, container }: EventProcess): string {
    if (container === null) return "";
    const key = known.get(pid)?.container?.key ?? container.id ?? "";
    return labels().get(key) ?? plainLabel({ ...container, key });
  }

  /** A container's first start counts only if there was a 0 before it. */
  function startsNow(): Sample[] {
    const containers = new Set(["", ...labels().values()]);
    for (const container of containers) starts.need(container);
    starts.settle(({ container }) => containers.has(container));
    return starts.values().map(({ container, count }) => ({ labels: placeLabels(container), value: count }));
  }

  return {
    families: () => [
      {
        name: "sexton_process_starts_total",
        type: "counter",
        help: "Processes that were started, by container.",
        samples: startsNow(),
      },
      {
        name: "sexton_signals_total",
        type: "counter",
        help: "Signals that were sent, or refused and why; without a name where the refusal came before one was known.",
        samples: [...signals.values()],
      },
    ],
  };
}

/** Null: the kernel did not tell. */
function wayOf(data: RegisterEvent["data"]): Labels | null {
  const { exitCode, signal, coreDumped } = data as Partial<ExitFacts>;
  if (typeof exitCode === "number") return { reason: "exited", code: `${exitCode}` };
  if (typeof signal === "string") return { reason: "signaled", signal };
  return typeof coreDumped === "boolean" ? { reason: "signaled", signal: "" } : null;
}
