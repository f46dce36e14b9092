import { toTimestamp } from "#base/clock.ts";
import { type Column, columns, humanSeconds, printable } from "#base/columns.ts";
import type { ZombieFinding, ZombieReport } from "#daemon/zombies/care.ts";
import type { ReapReport } from "#daemon/zombies/reaper.ts";
import type { PidBudget } from "#policy/pids.ts";
import { containerLabel, containerRef } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import type { Origin } from "#process/lineage.ts";
import type { Process } from "#process/process.ts";
import { shownLine } from "#process/shown.ts";
import type { Strategy } from "#process/zombie.ts";

function parentView(parent: Process | null) {
  if (!parent) return null;
  const { pid, name, role, container } = parent;
  return { pid, id: formatId(parent), name, container: containerRef(container), role };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function zombieView({ zombie, remedies, advice }: ZombieFinding, origin: Origin) {
  const { process, exit, since, sinceIsExact, ageMs, parent, cause } = zombie;
  return {
    pid: process.pid,
    id: formatId(process),
    name: process.name,
    commandLine: shownLine(process.facts),
    exitCode: exit.exitCode,
    signal: exit.signal,
    coreDumped: exit.coreDumped,
    since: toTimestamp(since),
    sinceIsExact,
    ageSeconds: seconds(ageMs),
    container: containerRef(process.container),
    origin,
    parent: parentView(parent),
    cause,
    remedies,
    advice,
  };
}

export interface ZombieSurroundings {
  readonly originOf: (process: Process) => Origin;
  readonly strays: number;
  /** The pod's, by the limit that leaves least room. */
  readonly pids: PidBudget;
}

export function zombiesView({ observedAt, zombies, byParent }: ZombieReport, around: ZombieSurroundings) {
  return {
    count: zombies.length,
    oldestAgeSeconds: zombies.length === 0 ? null : seconds(Math.max(...zombies.map(({ zombie }) => zombie.ageMs))),
    observedAt: toTimestamp(observedAt),
    zombies: zombies.map((finding) => zombieView(finding, around.originOf(finding.zombie.process))),
    byParent: byParent.map(({ parent, ...counts }) => ({ parent: parentView(parent), ...counts })),
    strays: around.strays,
    pids: around.pids,
  };
}

const zombieColumns: readonly Column<ZombieFinding>[] = [
  { title: "PID", align: "right", value: ({ zombie }) => zombie.process.pid },
  { title: "AGE", align: "right", value: ({ zombie }) => humanSeconds(zombie.ageMs / 1000) },
  { title: "EXIT", value: ({ zombie }) => zombie.exit.signal ?? zombie.exit.exitCode },
  { title: "NAME", value: ({ zombie }) => zombie.process.name },
  { title: "PARENT", value: ({ zombie }) => zombie.parent && `${zombie.parent.name}(${zombie.parent.pid})` },
  {
    title: "CONTAINER",
    value: ({ zombie }) => containerLabel(zombie.process.container),
  },
  { title: "CAUSE", value: ({ zombie }) => zombie.cause },
  { title: "REMEDIES", value: ({ remedies }) => remedies.join(",") || "-" },
];

export function zombieTable({ zombies, byParent }: ZombieReport, { pids, strays }: ZombieSurroundings): string {
  const advices = new Set(zombies.map(({ advice }) => printable(advice)));
  const limit = pids.limit === null ? "no limit known" : `${pids.current} of ${pids.limit} pids (${pids.source})`;
  const summary = `${counted(zombies.length, "zombie")} of ${counted(byParent.length, "parent")}, ${counted(strays, "stray")}, ${limit}`;
  if (zombies.length === 0) return `${summary}\n`;
  return `${columns(zombies, zombieColumns)}\n${summary}\n${[...advices].map((advice) => `- ${advice}\n`).join("")}`;
}

interface Asked {
  readonly strategy: Strategy;
  readonly dryRun: boolean;
  readonly traceId: string | null;
}

export function reapView(report: ReapReport, { strategy: asked, dryRun, traceId }: Asked) {
  const others = report.others.map(({ ref, isAlive }) => ({
    pid: ref.pid,
    id: ref.startTicks === null ? null : formatId({ pid: ref.pid, startTicks: ref.startTicks }),
    strategy: asked,
    outcome: isAlive ? "refused" : "gone",
    detail: isAlive ? "It is no zombie: it lives." : "There is no such process: it was collected, or never was.",
  }));
  return {
    reaped: report.reaped,
    remaining: report.remaining,
    dryRun,
    traceId,
    results: [
      ...report.results.map(({ zombie, strategy, outcome, detail, fix }) => ({
        pid: zombie.process.pid,
        id: formatId(zombie.process),
        strategy,
        outcome,
        detail,
        ...(fix === null ? {} : { fix }),
      })),
      ...others,
    ],
  };
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
