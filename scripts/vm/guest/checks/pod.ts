import type { Line } from "../../result.ts";
import { type Check, hold, Skip } from "../check.ts";
import { runtimesHere } from "../container-image.ts";
import { type Pod, playPod } from "../pod.ts";
import { type Json, kernelIsSince, until } from "../tools.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { mayBeUnknown } from "./exits.ts";
import { removedBefore } from "./limits.ts";

/** One pod for all checks of a runtime, made by the first. */
function podOf(runtime: string): { get(): Promise<Pod>; remove(): Promise<void> } {
  let pod: Promise<Pod> | undefined;
  return {
    async get() {
      if (!(await runtimesHere()).includes(runtime)) throw new Skip(`no ${runtime}`);
      pod ??= playPod(`pod-${runtime}`, runtime);
      return pod;
    },
    async remove() {
      await (await pod?.catch(() => undefined))?.remove();
    },
  };
}

const containersOf = async (pod: Pod) => (await pod.agent.json("/containers"))["containers"] as Json[];

/** Without a kubelet no container has a name, so it goes by the id. */
async function signal(pod: Pod, container: string, name: string, wait = "0s") {
  const id = await pod.idOf(container);
  const { rootPids } = (await containersOf(pod)).find((each) => each["id"] === id) ?? {};
  return pod.agent.post(`/processes/${rootPids?.[0]}/signal`, { signal: name, wait });
}

export const podChecks = (tell: (line: Line) => void): readonly Check[] =>
  ["crun", "runc"].flatMap((runtime): Check[] => {
    const { get, remove } = podOf(runtime);
    const title = (what: string) => `a pod with a shared PID namespace (podman, ${runtime}): ${what}`;
    return [
      {
        name: title("pause, sexton and each app are told apart, by their own ids"),
        async play() {
          const pod = await get();
          const apps = await Promise.all(["app", "starved", "doomed", "other"].map(pod.idOf));
          const found = await until("four apps", async () => {
            const all = await containersOf(pod);
            return apps.every((id) => all.some((each) => each["id"] === id && each["role"] === "app")) ? all : null;
          });
          const roles = found.map(({ role }) => role as string).sort();
          hold(roles.join() === "app,app,app,app,pause,self", () => `roles ${roles.join()}: ${JSON.stringify(found)}`);
          const { processes } = await pod.agent.json("/processes");
          const first = (processes as Json[]).find(({ pid }) => pid === 1);
          hold(first?.["role"] === "pause", () => JSON.stringify(first));
          return `${found.length} containers, pid 1 is ${first?.["name"]}`;
        },
      },
      {
        name: title("the doctor's findings and capabilities"),
        async play() {
          const pod = await get();
          const of = await capabilitiesOf(pod.agent);
          tell({ capabilities: { place: `pod, profile signal, ${runtime}`, of } });
          const needed = ["ffi", "pidfd_open", "pidfd_send_signal", "inotify", "seccomp", "no-new-privileges"];
          const lacking = needed.filter((name) => of[name] !== true);
          hold(lacking.length === 0, () => `without ${lacking.join(", ")}`);
          hold(of["pidfd-exit-status"] === kernelIsSince(6, 15), () => `exit status ${of["pidfd-exit-status"]}`);
          const { findings } = await pod.agent.json("/doctor");
          return (findings as Json[]).map(({ id, severity }) => `${severity} ${id}`).join(", ") || "no findings";
        },
      },
      {
        name: title("the pids.max of a neighbour is seen, in its own cgroup namespace"),
        async play() {
          const pod = await get();
          const id = await pod.idOf("app");
          const { pids } = (await containersOf(pod)).find((each) => each["id"] === id) ?? {};
          hold(Number(pids?.limit) > 0 && pids.source === "container-cgroup", () => JSON.stringify(pids));
          return `${pids.current} of ${pids.limit}, ${pids.source}`;
        },
      },
      {
        name: title("another user's app is refused, and why is said"),
        async play() {
          const pod = await get();
          const { status, body } = await signal(pod, "other", "TERM");
          hold(status === 403 && body["kind"] === "permission-denied", () => `${status} ${JSON.stringify(body)}`);
          return String(body["detail"]);
        },
      },
      {
        name: title("an OOM kill in a neighbour is told"),
        async play() {
          const pod = await get();
          const id = await pod.idOf("starved");
          const { status, body } = await signal(pod, "starved", "USR1");
          hold(status === 200, () => `${status} ${JSON.stringify(body)}`);
          const { data } = await pod.agent.event(
            "process.exited",
            ({ process }) => process.container?.id === id && process.name === "tail",
          );
          hold(data.probableOomKill === true || mayBeUnknown(data), () => JSON.stringify(data));
          return `signal ${data.signal}, probableOomKill ${data.probableOomKill}`;
        },
      },
      {
        name: title("an OOM kill of a neighbour's main process is told"),
        async play() {
          const pod = await get();
          const id = await pod.idOf("doomed");
          const { status, body } = await signal(pod, "doomed", "USR1");
          hold(status === 200, () => `${status} ${JSON.stringify(body)}`);
          const { data } = await pod.agent.event("container.exited", (event) => event["data"].container?.id === id);
          if (data.probableOomKill !== true) throw new Skip(`signal ${data.signal}, not told: ${removedBefore}`);
          return `signal ${data.signal}, probableOomKill ${data.probableOomKill}`;
        },
      },
      {
        name: title("SIGTERM ends the app, and its exit code is told"),
        async play() {
          const pod = await get();
          try {
            const { status, body } = await signal(pod, "app", "TERM", "20s");
            hold(status === 200 && body["outcome"]?.status === "exited", () => `${status} ${JSON.stringify(body)}`);
            const { exitCode } = body["outcome"];
            hold(exitCode === 0 || (exitCode === null && !kernelIsSince(6, 15)), () => `exit code ${exitCode}`);
            return `exited, exit code ${exitCode}`;
          } finally {
            await remove();
          }
        },
      },
    ];
  });
