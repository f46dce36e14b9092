import { toTimestamp } from "#base/clock.ts";
import { printable } from "#base/columns.ts";
import { appConfig } from "#demo/request.ts";
import type { RegisterEvent } from "#process/event.ts";
import { eventText } from "#process/event-text.ts";

export interface Tale {
  readonly folder: string;
  /** Where the API is: host:port, or unix:///path. */
  readonly address: string;
  /** How this binary is called. */
  readonly program: string;
  /** The parent of its main processes, as the agent sees it. */
  readonly parentPid: number;
  /** Nobody but the demo is seen. */
  readonly isolated: boolean;
}

interface Beginning extends Tale {
  /** The usual address, where it is in use. */
  readonly taken: string | null;
  /** Why the demo is not by itself. */
  readonly reason: string | null;
  /** The agent finds the app. */
  readonly canSignal: boolean;
}

export function introduce({ folder, address, program, isolated, taken, reason, canSignal }: Beginning): string {
  const flag = address === "127.0.0.1:9099" ? "" : ` --listen ${address}`;
  const where = isolated
    ? "in a PID namespace of its own, as in a pod with shareProcessNamespace: true"
    : `as plain child processes: no PID namespace could be made here (${reason ?? "unknown why"}), so the agent sees\nthe whole machine`;
  return `sexton demo, ${where}.
${taken === null ? "" : `${taken} is in use, so the agent is elsewhere this time.\n`}${canSignal ? "" : cannotSignal}
  pause        holds the namespace, and collects orphans
  demo-app     a master with two workers; reloads on SIGHUP
  demo-leaker  starts a job now and then and never waits for it: zombies
  sexton       the agent: ${urlOf(address)}${address.startsWith("unix:") ? "" : "/ has the page"}

Try these in another terminal:

  ${program} ps --tree${flag}
  ${curl(address, "/processes?pretty=true&view=tree")}
  ${curl(address, "/signal")}
  ${curl(address, "/signal/reload?wait=5s", "POST")}
  echo '{"workers": 4}' > ${folder}/${appConfig}
  ${curl(address, "/zombies?pretty=true")}
  ${curl(address, "/signal/terminate", "POST")}

Ctrl-C ends it and leaves nothing behind. What happens meanwhile:

`;
}

const cannotSignal =
  "This is a container, and all in it is sexton's own container to the agent: it lists and collects, but finds no app to\nsignal. With the right to make namespaces (--cap-add SYS_ADMIN) the demo has its own.\n";

function urlOf(address: string): string {
  return address.startsWith("unix://") ? address : `http://${address}`;
}

function curl(address: string, path: string, method: "GET" | "POST" = "GET"): string {
  const socket = address.startsWith("unix://") ? ` --unix-socket ${address.slice("unix://".length)}` : "";
  const post = method === "POST" ? " -X POST" : "";
  const url = `${socket === "" ? address : "localhost"}${path}`;
  return `curl${socket}${post} ${path.includes("?") ? `'${url}'` : url}`;
}

/** A line or two for what is worth telling; null for the rest. */
export function createNarrator(tale: Tale): (event: RegisterEvent) => string | null {
  const told = new Set<string>();
  const hint = (about: string, text: string) => {
    if (told.has(about)) return [];
    told.add(about);
    return [text];
  };
  const line = (event: RegisterEvent, label: string, text: string, more: readonly string[]) =>
    [
      `${toTimestamp(event.time).slice(11, 19)}  ${label.padEnd(18)}  ${printable(text)}`,
      ...more.map((next) => " ".repeat(30) + next),
    ]
      .map((part) => `${part}\n`)
      .join("");

  return (event) => {
    const { type, process, data } = event;
    const parent = (data["parent"] ?? {}) as { name?: string };
    switch (type) {
      case "zombie.detected": {
        if (parent.name !== "demo-leaker") return null;
        const only = tale.isolated ? "" : `&pids=${process?.pid}`;
        const call = curl(tale.address, `/zombies/reap?strategy=adopt&minAgeSeconds=0${only}`, "POST");
        return line(event, type, `${process?.name} (${process?.pid}): ${eventText(event)}`, [
          ...hint("zombie", "Its parent lives and never waits for it. Have the parent do so, without a restart:"),
          ...hint(tale.isolated ? "adopt" : call, call),
        ]);
      }
      case "zombie.reaped":
        if (parent.name !== "demo-leaker") return null;
        return line(event, type, `${process?.name} (${process?.pid}): ${eventText(event)}`, []);
      case "config.changed":
        return line(
          event,
          type,
          eventText(event),
          hint(type, "A file in a folder that is watched: the app is told when it is quiet."),
        );
      case "reload.confirmed":
        return line(
          event,
          type,
          eventText(event),
          hint(type, "Not only sent: new workers are there, the old ones have left."),
        );
      case "reload.unconfirmed":
      case "reload.failed":
      case "signal.sent":
      case "signal.refused":
        return line(event, type, `${process ? `${process.name} (${process.pid}): ` : ""}${eventText(event)}`, []);
      case "process.exited":
        if (process?.ppid !== tale.parentPid || !process.name.startsWith("demo-")) return null;
        return line(event, type, `${process.name} (${process.pid}): ${eventText(event)}`, [
          "Started again in a second, as the kubelet would do.",
        ]);
      default:
        return null;
    }
  };
}
