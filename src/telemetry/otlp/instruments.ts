import type { Attributes, Meter } from "@opentelemetry/api";
import type { Observer } from "#daemon/observer.ts";
import type { RegisterEvent } from "#process/event.ts";
import { parseSignal } from "#process/signal.ts";
import type { Identity } from "#telemetry/otlp/identities.ts";
import { reloadOutcome } from "#telemetry/otlp/operation.ts";
import { exitAttributes } from "#telemetry/otlp/subject.ts";

/** Counts what happens. */
export interface Instruments {
  hear(event: RegisterEvent, identity: Identity | null): void;
}

/** The SDK keeps each set of attributes for good and folds those beyond 2,000 into one: names are other people's. */
const mostNames = 100;
/** Of names and ways to end together; after it the name is left out, and 256 codes and 64 signals remain. */
const mostEnds = 1_000;
/** What the conventions call a value that is none of those they list. */
const other = "_OTHER";
const reloadBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** A scan takes about 10 us a process. */
const scanBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export function createInstruments(meter: Meter, observer: Pick<Observer, "onScan">): Instruments {
  const counter = (name: string, unit: string, description: string) => meter.createCounter(name, { unit, description });
  const starts = counter("sexton.process.starts", "{process}", "Processes that were started.");
  const exits = counter("sexton.process.exits", "{process}", "Processes that have ended, by how.");
  const reaped = counter("sexton.process.reaped", "{process}", "Processes that were collected after their end.");
  const zombies = counter("sexton.zombies.detected", "{process}", "Zombies that were left for too long, by cause.");
  const signals = counter("sexton.signals.sent", "{signal}", "Signals that were sent, or refused and why.");
  const rejections = counter("sexton.config.rejections", "{change}", "Changes that validation has kept from the app.");
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries } });
  const reloads = histogram("sexton.reload.duration", "Time from the start of a reload to its outcome.", reloadBounds);
  const scans = histogram("sexton.scan.duration", "How long it took to look at all processes.", scanBounds);
  observer.onScan((_, tookMs) => {
    if (tookMs !== null) scans.record(tookMs / 1_000);
  });
  const nameOf = createBound(mostNames);
  const endOf = createBound(mostEnds);

  function exited(executable: string, data: RegisterEvent["data"]): void {
    const { attributes, failure } = exitAttributes(data);
    const reason =
      "process.exit.code" in attributes ? "exited" : Object.keys(attributes).length > 0 ? "signaled" : "unknown";
    const how: Attributes =
      reason === "signaled"
        ? { "sexton.process.exit.signal": failure ?? other }
        : pick(attributes, "process.exit.code");
    const isKnown = endOf(`${executable} ${Object.values(how)}`) !== other;
    const name = isKnown ? executable : other;
    exits.add(1, { "process.executable.name": name, "sexton.exit.reason": reason, ...how });
  }

  return {
    hear(event, identity) {
      const { type, data } = event;
      const name = identity?.executable ?? other;
      if (type === "process.started") starts.add(1, { "process.executable.name": nameOf(name) });
      else if (type === "process.exited") exited(nameOf(name), data);
      else if (type === "process.reaped") reaped.add(1);
      else if (type === "zombie.detected") zombies.add(1, { "sexton.zombie.cause": String(data["cause"]) });
      else if (type === "signal.sent") signals.add(1, signalAttributes(data["signal"], "sent"));
      // What was asked for may be a verb, or any text.
      else if (type === "signal.refused") {
        signals.add(
          1,
          signalAttributes(parseSignal(String(data["signal"] ?? data["verb"]))?.name, String(data["kind"])),
        );
      } else if (type === "config.rejected") rejections.add(1, watchAttributes(data));
      else {
        const outcome = reloadOutcome(event);
        if (outcome === undefined) return;
        reloads.record(Number(data["afterSeconds"]), { ...watchAttributes(data), "sexton.reload.outcome": outcome });
      }
    },
  };
}

function signalAttributes(name: unknown, outcome: string): Attributes {
  return {
    ...(typeof name === "string" && { "sexton.signal.name": name }),
    "sexton.signal.outcome": outcome,
  };
}

/** Watches are configured: there are few. */
function watchAttributes({ watch }: RegisterEvent["data"]): Attributes {
  return typeof watch === "string" ? { "sexton.watch": watch } : {};
}

function pick(attributes: Attributes, name: string): Attributes {
  const value = attributes[name];
  return value === undefined ? {} : { [name]: value };
}

/** The first so many values as they are, all others as one. */
function createBound(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return other;
    known.add(value);
    return value;
  };
}
