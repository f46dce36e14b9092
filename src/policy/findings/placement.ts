import { containerName, type Finding, withLines } from "#policy/findings/finding.ts";
import type { Place } from "#policy/findings/place.ts";
import { findApps, isRoot } from "#process/app.ts";
import type { ProcessTable } from "#process/table.ts";

/**
 * Whether sexton can be a native sidecar that was there from the start. That it started before the apps shows nothing, since
 * plain containers are started in order too; that it started after all of them shows that it is none, or was restarted.
 */
export function placementFindings(table: ProcessTable, place: Place): Finding[] {
  const self = table.byPid.get(table.selfPid);
  if (place !== "shared" || !self?.container) return [];
  const started = Math.min(
    ...table.processes
      .filter((process) => process.container?.key === self.container?.key && isRoot(process, table))
      .map(({ startTicks }) => startTicks),
  );
  const apps = findApps(table).filter(({ container }) => container !== null);
  const last = apps.at(-1);
  if (!last || !Number.isFinite(started) || started <= last.main.startTicks) return [];
  const seconds = Math.round((started - last.main.startTicks) / ticksPerSecond);
  return [
    {
      id: "sidecar-placement",
      severity: "info",
      title: "sexton started after the app",
      seen: `Its container started ${seconds === 0 ? "right" : `${seconds} s`} after ${containerName(last.container) ?? last.name}, the last of the app's. A native sidecar is there before the app: so this is a plain container, or a sidecar that was restarted.`,
      why: "A plain container misses how the app starts, is told to stop together with the app, and keeps a Job from ever being complete.",
      fix: withLines(
        "Move it to the init containers, where Kubernetes is 1.29 or newer. Nothing is to be done where it was restarted.",
        "spec:\n  initContainers:\n    - name: sexton\n      restartPolicy: Always",
      ),
      container: containerName(self.container),
    },
  ];
}

/** USER_HZ, 100 on every architecture that sexton is built for. */
const ticksPerSecond = 100;
