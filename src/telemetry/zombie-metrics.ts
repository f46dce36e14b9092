import type { Bus } from "#daemon/bus.ts";
import type { Zombie } from "#process/zombie.ts";
import { placeLabels, plainLabel } from "#telemetry/container-labels.ts";
import type { Labels, MetricFamily, Sample } from "#telemetry/exposition.ts";

/** Counts what the register tells of zombies, so that a rate can be had from it. */
export interface ZombieCounters {
  /** `labels` are those of containers, by key. */
  families(zombies: readonly Zombie[], labels: ReadonlyMap<string, string>): MetricFamily[];
}

export function countZombies(bus: Pick<Bus, "listen">): ZombieCounters {
  const detected = new Map<string, number>();
  const reaped = new Map<string, number>();
  const attempts = new Map<string, number>();
  const bump = (counts: Map<string, number>, key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1);
  bus.listen(({ type, data }) => {
    if (type === "zombie.detected") bump(detected, String(data["cause"]));
    else if (type === "zombie.reaped") bump(reaped, String(data["by"]));
    else if (type === "zombie.remedy") bump(attempts, `${data["remedy"]} ${data["outcome"]}`);
  });
  return {
    families: (zombies, labels) => [
      {
        name: "sexton_zombies",
        type: "gauge",
        help: "Processes that have ended and were not collected, by the container that they lived in.",
        samples: byContainer(zombies, labels),
      },
      {
        name: "sexton_zombie_oldest_seconds",
        type: "gauge",
        help: "Age of the oldest zombie.",
        samples: [{ value: Math.max(0, ...zombies.map(({ ageMs }) => ageMs)) / 1000 }],
      },
      {
        name: "sexton_zombies_detected_total",
        type: "counter",
        help: "Zombies that were left longer than zombies.minAge, by cause.",
        samples: samplesOf(detected, (cause) => ({ cause })),
      },
      {
        name: "sexton_zombies_reaped_total",
        type: "counter",
        help: "Detected zombies that were collected, by whom: the parent, pid 1, or sexton's remedy.",
        samples: samplesOf(reaped, (by) => ({ by })),
      },
      {
        name: "sexton_zombie_remedies_total",
        type: "counter",
        help: "Attempts to have zombies collected, by remedy and outcome.",
        samples: samplesOf(attempts, (key) => {
          const [remedy = "", outcome = ""] = key.split(" ");
          return { remedy, outcome };
        }),
      },
    ],
  };
}

function byContainer(zombies: readonly Zombie[], labels: ReadonlyMap<string, string>): Sample[] {
  const counts = new Map<string, number>([["", 0]]);
  for (const { process } of zombies) {
    const { container } = process;
    const name = container === null ? "" : (labels.get(container.key) ?? plainLabel(container));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return samplesOf(counts, placeLabels);
}

function samplesOf(counts: ReadonlyMap<string, number>, labels: (key: string) => Labels): Sample[] {
  return [...counts].map(([key, value]) => ({ labels: labels(key), value }));
}
