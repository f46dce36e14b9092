import { isProblem } from "#base/errors.ts";
import type { Examined } from "#daemon/doctor/doctor.ts";
import type { WatchStatus } from "#daemon/watch/watcher.ts";
import type { Finding } from "#policy/findings/finding.ts";
import type { MainLook, TargetLook } from "#policy/findings/signals.ts";
import { containerLabel } from "#process/container.ts";
import type { Diagnosis, DiagnosisApp, DiagnosisContainer } from "#process/diagnosis.ts";
import { dispositionOf } from "#process/disposition.ts";
import { formatId } from "#process/identity.ts";
import type { StandardSignal } from "#process/signal.ts";
import { signalNumber } from "#process/signal.ts";

/** Everything that the doctor knows, in one moment. */
export interface DoctorReport {
  readonly findings: readonly Finding[];
  readonly watch: WatchStatus;
  readonly examined: Examined;
}

export function diagnosisView({
  findings,
  watch,
  examined,
}: DoctorReport): Diagnosis & { readonly watch: WatchStatus } {
  const { place, containers, mains, targets, inotify, memory, capabilities } = examined;
  return {
    findings: findings.map((finding) => ({
      ...finding,
      container: finding.container ?? null,
      process: finding.process ?? null,
    })),
    watch,
    place,
    containers: containers.map(containerView),
    apps: appViews(mains, targets),
    ...{ inotify, memory },
    capabilities,
  };
}

function containerView(look: Examined["containers"][number]): DiagnosisContainer {
  const { container, role, main, processes, users, subPaths } = look;
  return {
    id: container?.id ?? null,
    name: container?.name ?? null,
    role,
    processes,
    main: main && { pid: main.pid, id: formatId(main), name: main.name },
    users: users.map(({ uid, gid, processes: count, tried, readable, maySignal }) => ({
      uid,
      gid,
      processes: count,
      tried: tried.pid,
      readable,
      maySignal,
    })),
    subPaths,
  };
}

/** Each main process, and each target that is another process, which is what reloads go to. */
function appViews(mains: readonly MainLook[], targets: readonly TargetLook[]): DiagnosisApp[] {
  const found = targets.flatMap(({ named, receiver }): DiagnosisApp[] => {
    if (isProblem(named.found) || !receiver) return [];
    const { process, profile, verbs } = named.found;
    const signal = verbs["reload"] ?? profile?.verbs.reload ?? null;
    const name = typeof signal === "string" ? signal : null;
    return [
      {
        name: named.name,
        pid: process.pid,
        id: formatId(process),
        container: containerLabel(process.container),
        profile: profile?.name ?? null,
        terminate: dispositionOf({ number: signalNumber("SIGTERM") }, receiver),
        reload: name === null ? null : reloadOf(name, receiver),
      },
    ];
  });
  const others = mains
    .filter(({ main }) => !found.some(({ pid }) => pid === main.pid))
    .map(
      ({ main, receiver }): DiagnosisApp => ({
        name: main.name,
        pid: main.pid,
        id: formatId(main),
        container: containerLabel(main.container),
        profile: null,
        terminate: dispositionOf({ number: signalNumber("SIGTERM") }, receiver),
        reload: null,
      }),
    );
  return [...found, ...others];
}

function reloadOf(signal: string, receiver: MainLook["receiver"]): DiagnosisApp["reload"] {
  const number = signalNumber(signal as StandardSignal);
  return number === undefined ? null : { signal, disposition: dispositionOf({ number }, receiver) };
}
