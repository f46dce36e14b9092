import { describe, expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { shipped, withProfile } from "../support/cri/shipped.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { nginxImage } from "../support/pod/images.ts";
import { idsOf, type Listed, listProcesses, nginxProcesses, post } from "../support/pod/sexton.ts";
import { adoptZombies, leakyContainer, statusOf, zombieSettings, zombiesOf } from "../support/pod/zombies.ts";

const stranger = 2000;

/** k8s/sidecar.yaml with a profile; beside nginx an app of the same UID that leaks zombies, and one of another UID. */
const beside = (profile: string) => async () => {
  const { spec, configMaps = [] } = await shipped("sidecar.yaml", { nginx: await nginxImage() });
  const others = [await leakyContainer("leaky"), await actorContainer("stranger", "reloads", stranger)];
  return {
    spec: withProfile({ ...spec, containers: [...spec.containers, ...others] }, profile, zombieSettings("report")),
    configMaps,
  };
};

const [KILL, SYS_PTRACE, DAC_READ_SEARCH] = [1n << 5n, 1n << 19n, 1n << 2n];

interface Rights {
  readonly uid: number;
  readonly capabilities: bigint;
  readonly signals: { readonly own: boolean; readonly stranger: boolean };
  readonly readsExe: { readonly own: boolean; readonly stranger: boolean };
  readonly adopts: boolean;
}
const none = { own: false, stranger: false };
const own = { own: true, stranger: false };
const all = { own: true, stranger: true };
const rights = {
  observe: { uid: 65532, capabilities: 0n, signals: none, readsExe: none, adopts: false },
  signal: { uid: 101, capabilities: 0n, signals: own, readsExe: own, adopts: true },
  "signal-any": { uid: 0, capabilities: KILL, signals: all, readsExe: none, adopts: false },
  full: { uid: 0, capabilities: KILL | SYS_PTRACE | DAC_READ_SEARCH, signals: all, readsExe: all, adopts: true },
} as const satisfies Record<string, Rights>;
type Profile = keyof typeof rights;

const pods = useCriPods<Profile>({
  observe: beside("observe"),
  signal: beside("signal"),
  "signal-any": beside("signal-any"),
  full: beside("full"),
});

for (const [profile, may] of Object.entries(rights) as [Profile, Rights][]) {
  describe(`profile ${profile}`, () => {
    const pod = () => pods(profile);
    const strangerOf = async () =>
      (await listProcesses(pod(), "?container=stranger")).find(({ name }) => name === "reloads") as Listed;

    criTest("sexton has the user and the capabilities of the profile, and nothing that it could gain", async () => {
      const status = await statusOf(pod(), "sexton");
      expect(status.get("Uid")?.split("\t")).toEqual(Array(4).fill(String(may.uid)));
      expect(status.get("Gid")?.split("\t")).toEqual(Array(4).fill(String(may.uid)));
      for (const set of ["CapEff", "CapPrm", "CapBnd"]) expect(BigInt(`0x${status.get(set)}`)).toBe(may.capabilities);
      expect({ nnp: status.get("NoNewPrivs"), seccomp: status.get("Seccomp") }).toEqual({ nnp: "1", seccomp: "2" });
    });

    criTest("each process is in the container that the runtime has it in", async () => {
      const names = ["sexton", "nginx", "leaky", "stranger"];
      const known = new Map(
        await Promise.all(names.map(async (name) => [name, (await pod().container(name)).id] as const)),
      );
      const { containers } = (await pod().api("/containers")).json() as { containers: readonly Json[] };
      expect(new Map(containers.map(({ name, id }) => [name, id]))).toEqual(
        new Map([[null, pod().sandboxId], ...known]),
      );
      const { master, workers } = await nginxProcesses(pod());
      for (const { container } of [master, ...workers])
        expect(container).toMatchObject({ id: known.get("nginx") as string, name: "nginx" });
    });

    criTest("what may be read is read, and what may not is named", async () => {
      const { master } = await nginxProcesses(pod());
      const other = await strangerOf();
      expect([master.exe, other.exe]).toEqual([
        may.readsExe.own ? "/usr/sbin/nginx" : null,
        may.readsExe.stranger ? "/reloads" : null,
      ]);
      expect([master, other].map(({ denied = [] }) => denied.includes("exe"))).toEqual([
        !may.readsExe.own,
        !may.readsExe.stranger,
      ]);
    });

    criTest(
      may.signals.own ? "nginx is signalled" : "nginx is not signalled, and the answer has what mends it",
      async () => {
        const { master } = await nginxProcesses(pod());
        const answer = await post(pod(), "/signal/reload?wait=0");
        if (may.signals.own) expect(answer.json()).toMatchObject({ sent: true, signal: "SIGHUP", pid: master.pid });
        else expectRefusal(answer.status, answer.json() as Json, 101);
      },
    );

    const title = may.signals.stranger
      ? "an app of another UID is signalled"
      : "an app of another UID is not signalled";
    criTest(title, async () => {
      const { pid, id } = await strangerOf();
      const answer = await post(pod(), `/processes/${id}/signal?wait=0`, { signal: "HUP" });
      if (may.signals.stranger) {
        expect(answer.json()).toMatchObject({ sent: true, signal: "SIGHUP", pid });
        await until("the app to have it", async () => pod().log("stranger").includes("generation 1") || undefined);
      } else {
        expectRefusal(answer.status, answer.json() as Json, stranger);
        expect(pod().log("stranger")).not.toContain("generation 1");
      }
    });

    criTest(`zombies are found and blamed, and ${may.adopts ? "adopted" : "left, with what would help"}`, async () => {
      const [main] = await listProcesses(pod(), "?container=leaky&sort=start&limit=1");
      const zombies = await until("zombies that nobody collects", async () => {
        const left = (await zombiesOf(pod(), "leaky")).filter(({ cause }) => cause !== "just-exited");
        return left.length > 0 ? left : undefined;
      });
      const { id } = await pod().container("leaky");
      for (const { container, parent, cause, origin } of zombies) {
        expect({ container, origin, cause }).toMatchObject({
          container: { id, name: "leaky" },
          origin: "main",
          cause: "parent-not-waiting",
        });
        expect(parent).toMatchObject({ pid: main?.pid as number, name: "leaks", container: { name: "leaky" } });
      }
      const answer = await adoptZombies(pod(), zombies);
      if (may.adopts) expect(answer.reaped).toBe(zombies.length);
      else {
        expect(answer).toMatchObject({ reaped: 0, remaining: zombies.length });
        for (const { outcome, fix } of answer.results)
          expect({ outcome, fix }).toEqual({ outcome: "refused", fix: expect.stringContaining("add: [SYS_PTRACE") });
      }
    });

    criTest(
      may.signals.own ? "a new ConfigMap is reloaded, with proof" : "a new ConfigMap cannot be reloaded",
      async () => {
        const { workers } = await nginxProcesses(pod());
        const server = `server { listen 8080; location / { return 200 "by ${profile}\\n"; } }\n`;
        pod().rewrite("config", { "default.conf": server });
        const reload = await until("the reload to be over", async () => {
          const { reloads } = (await pod().api("/reloads")).json() as { reloads: readonly Json[] };
          return reloads[0]?.["status"] === "running" ? undefined : reloads[0];
        });
        if (may.signals.own) {
          expect(reload).toMatchObject({ status: "confirmed", evidence: [{ kind: "workers-replaced" }] });
          expect(await (await fetch(`http://${pod().ip}:8080/`)).text()).toBe(`by ${profile}\n`);
        } else {
          expect(reload).toMatchObject({ status: "failed" });
          expect(idsOf((await nginxProcesses(pod())).workers)).toEqual(idsOf(workers));
        }
      },
    );
  });
}

function expectRefusal(status: number, body: Json, uid: number): void {
  expect({ status, ...body }).toMatchObject({ status: 403, kind: "permission-denied" });
  expect(body["detail"]).toContain(`UID ${uid}`);
  expect(body["fix"]).toContain(`runAsUser: ${uid}\n  runAsGroup: ${uid}`);
  expect(body["fix"]).toContain("add: [KILL]");
}
