import { containerName, type Finding, withLines, yamlWord } from "#policy/findings/finding.ts";
import { findApps, isRoot } from "#process/app.ts";
import type { WatchState } from "#process/reload.ts";
import type { ProcessTable } from "#process/table.ts";

/**
 * Where sexton looks from. `shared`: beside the containers of a pod · `own`: its PID namespace is its container's own, and
 * holds nobody else · `init`: in front of the app · `node`: the machine's first namespace · `unknown`: nothing tells.
 */
export const places = ["shared", "own", "init", "node", "unknown"] as const;
export type Place = (typeof places)[number];

/** What holds a pod's namespace together: Kubernetes' pause, OpenShift's pod, podman's catatonit. */
const pauses = /^(pause|pod|catatonit)$/;

export function placeOf(table: ProcessTable, initialNamespace: boolean): Place {
  const self = table.byPid.get(table.selfPid);
  const first = table.byPid.get(1);
  if (table.command != null) return "init";
  if (initialNamespace) return "node";
  if (table.selfPid === 1) return "own";
  if (!self || !first) return "unknown";
  if (pauses.test(first.name)) return "shared";
  if (self.container && first.container) return self.container.key === first.container.key ? "own" : "shared";
  // An app of another container was seen: it could not be in a namespace of sexton's own.
  return findApps(table).some(({ container }) => container && container.key !== self.container?.key)
    ? "shared"
    : "unknown";
}

export interface Surveyed {
  readonly table: ProcessTable;
  readonly place: Place;
  /** The mount option of sexton's /proc that hides processes of others, `hidepid=invisible`; null: there is none. */
  readonly hidepid: string | null;
  readonly watches: readonly WatchState[];
}

/** Whether sexton can see the app at all. */
export function placeFindings({ table, place, hidepid, watches }: Surveyed): Finding[] {
  return [
    ...(place === "own" ? [notShared(table, watches)] : []),
    ...(hidepid === null ? [] : [hidden(hidepid)]),
    ...(place === "shared" && findApps(table).length === 0 ? [noApp] : []),
    ...unnamed(table),
  ];
}

const sharing = "spec:\n  shareProcessNamespace: true";

function notShared(table: ProcessTable, watches: readonly WatchState[]): Finding {
  const first = table.byPid.get(1);
  const who = table.selfPid === 1 ? "sexton" : `${first?.name ?? "a process"} of sexton's own container`;
  // Reloads over HTTP need no signal, and a pod may have sexton for them alone.
  const needsSignals = watches.length === 0 || watches.some(({ settings }) => settings.http === null);
  return {
    id: "namespace-not-shared",
    severity: needsSignals ? "error" : "info",
    title: "The PID namespace is sexton's own",
    seen: `Pid 1 is ${who} and not the pod's pause: ${table.processes.length} processes are seen, all of this container.`,
    why: "What runs in the pod's other containers can neither be seen nor signalled.",
    fix: withLines(
      "Let the containers of the pod share their PID namespace. Where that is not allowed, run sexton in front of the app (docs/init.md).",
      `${sharing}\n# or, in the app's container, with its own command at the end:\ncontainers:\n  - name: app\n    command: [/sexton, init, --, nginx, -g, daemon off;]`,
    ),
  };
}

function hidden(option: string): Finding {
  return {
    id: "processes-hidden",
    severity: "error",
    title: "/proc hides the processes of others",
    seen: `/proc is mounted with ${option}, and sexton lacks CAP_SYS_PTRACE.`,
    why: "Processes of another user are missing, or nothing of them can be read.",
    fix: withLines(
      "Mount /proc without hidepid, as Kubernetes does, or give sexton the capability.",
      "securityContext:\n  runAsUser: 0\n  runAsNonRoot: false\n  capabilities: { drop: [ALL], add: [SYS_PTRACE] }",
    ),
  };
}

const noApp: Finding = {
  id: "no-app",
  severity: "info",
  title: "There is no app yet",
  seen: "The namespace is shared, and sexton is alone in it.",
  why: "As a native sidecar sexton starts before the app: this is how it looks until that has started, or after it has ended.",
  fix: "Look at the pod if it stays so: kubectl describe pod.",
};

/** Only beside containers that have names: where none has, no kubelet has made them. */
function unnamed(table: ProcessTable): Finding[] {
  const members = table.processes.filter(({ container, role }) => container !== null && role === "app");
  const apps = [...new Map(members.map(({ container }) => [container?.key, container])).values()];
  const nameless = apps.filter((container) => container?.name === null);
  if (nameless.length === 0 || nameless.length === apps.length) return [];
  return nameless.map((container): Finding => {
    const root = table.processes.find((process) => process.container === container && isRoot(process, table));
    const name = containerName(container);
    return {
      id: "container-unnamed",
      severity: "info",
      title: `Container ${name ?? "without an id"} has no name`,
      seen: `None of its mounts is the kubelet's file for termination messages${root ? `; its main process is ${root.name} (pid ${root.pid})` : ""}.`,
      why: "Names come from that mount alone. Without one a container goes by the start of its id, which changes with each restart.",
      fix: withLines(
        "Where it is a target, name it by what it runs.",
        `targets:\n  app: { exe: ${yamlWord(root?.facts.exe ?? "/path/of/the/program")} }`,
      ),
      container: name,
    };
  });
}
