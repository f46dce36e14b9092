import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { IConfigMap, IContainer, IPodSpec } from "kubernetes-models/v1";
import { parse } from "yaml";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer, nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTestsCanRun } from "../support/pod/ground.ts";
import { podTest } from "../support/pod/harness.ts";
import { type Pod, playPod } from "../support/pod/pod.ts";
import { sextonContainer } from "../support/pod/sexton.ts";

const token = "a-token-that-may-do-it-all";
const sha256 = new Bun.CryptoHasher("sha256").update(token).digest("hex");
const headers = { authorization: `Bearer ${token}` };
const folder = "/etc/app";
const configMap = (name: string, data: Record<string, string>): IConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly container: string | null;
  readonly fix: string;
}

const doctor = async (pod: Pod) =>
  ((await pod.api("/doctor", { headers })).json() as Json)["findings"] as readonly Found[];
const idsOf = (findings: readonly Found[]) => [...new Set(findings.map(({ id }) => id))].sort();
const found = (pod: Pod, id: string) =>
  until(`the finding ${id}`, async () => (await doctor(pod)).find((one) => one.id === id));

/** The lines of a fix, as YAML: of several ways the first. */
function linesOf({ fix }: Found): Json {
  const [, ...lines] = fix.split("\n");
  return parse((lines.join("\n").split(/^# or/m)[0] ?? "").trim()) as Json;
}

type Environment = NonNullable<IContainer["env"]>;

/** As a person puts the lines into the container that they are for. */
function applied(container: IContainer, findings: readonly Found[]): IContainer {
  let { env = [], securityContext = {} } = container;
  for (const lines of findings.map(linesOf)) {
    const given = (lines["env"] ?? []) as Environment;
    env = [...env.filter(({ name }) => !given.some((one) => one.name === name)), ...given];
    securityContext = { ...securityContext, ...lines["securityContext"] };
  }
  return { ...container, env, securityContext };
}

const preparationMs = 180_000;

/** Not with `usePod`: that waits until sexton tells everybody of every container, which these keep it from. */
function useIllPod(name: string, specOf: () => Promise<IPodSpec>, maps: readonly IConfigMap[] = []): () => Pod {
  let pod: Pod | undefined;
  if (podTestsCanRun().ok) {
    beforeAll(async () => {
      pod = await playPod(name, await specOf(), maps);
      const at = pod;
      await until("sexton to be ready", async () => (await at.api("/readyz")).status === 200 || undefined);
    }, preparationMs);
    afterAll(async () => pod?.stop(), preparationMs);
  }
  return () => pod as Pod;
}

let mendedSpec: IPodSpec | undefined;
let mendedAlone: IPodSpec | undefined;

const illSpec = async (): Promise<IPodSpec> => {
  const sexton = await sextonContainer("observe", {
    SEXTON_WATCH: `conf=${folder}`,
    SEXTON_LISTEN: "0.0.0.0:9099",
    SEXTON_AUTH_TOKENS_FILE: "/etc/tokens/tokens",
    SEXTON_ZOMBIES_MIN_AGE: "500ms",
  });
  const mounts = [
    { name: "conf", mountPath: folder, readOnly: true },
    { name: "tokens", mountPath: "/etc/tokens", readOnly: true },
  ];
  return {
    containers: [
      { ...sexton, volumeMounts: mounts },
      await nginxContainer(),
      { ...(await actorContainer("leaks", "leaks")), args: ["once"] },
    ],
    volumes: [
      ...nginxVolumes,
      { name: "conf", configMap: { name: "conf" } },
      { name: "tokens", configMap: { name: "tokens" } },
    ],
  };
};
const configMaps = [
  configMap("conf", { key: "value\n" }),
  configMap("tokens", { tokens: `operate all sha256:${sha256}\n` }),
];

describe("a pod with much that is wrong", () => {
  const pod = useIllPod("doctor-ill", illSpec, configMaps);

  podTest("says so, and its zombie goes when its parent is made to collect it", async () => {
    await found(pod(), "zombies-left");
    await found(pod(), "signals-denied");
    const findings = await doctor(pod());
    expect(idsOf(findings)).toEqual(
      expect.arrayContaining(["listener-plain", "reading-denied", "signals-denied", "target-unresolved"]),
    );
    const [sexton, ...others] = (await illSpec()).containers;
    const mends = ["listener-plain", "reading-denied", "signals-denied", "target-unresolved"];
    const mended = applied(
      sexton as IContainer,
      mends.flatMap((id) => findings.filter((one) => one.id === id).slice(0, 1)),
    );
    mendedSpec = { ...(await illSpec()), containers: [mended, ...others] };
  });
});

describe("the same pod with the lines of the doctor in it", () => {
  const pod = useIllPod("doctor-mended", async () => mendedSpec ?? (await illSpec()), configMaps);

  podTest("has none of them any more, and the last goes with the request that it names", async () => {
    const left = await found(pod(), "zombies-left");
    const findings = idsOf(await doctor(pod()));
    for (const id of ["listener-plain", "listener-open", "reading-denied", "signals-denied", "target-unresolved"])
      expect(findings).not.toContain(id);
    const path = /POST (\/\S+?)\.?$/m.exec(left.fix)?.[1];
    const { status } = await pod().api(`${path}&minAgeSeconds=0`, { method: "POST", headers });
    expect(status).toBe(200);
    expect(idsOf(await doctor(pod()))).not.toContain("zombies-left");
  });
});

describe("a pod whose containers have a PID namespace each", () => {
  const alone = async (): Promise<IPodSpec> => ({
    shareProcessNamespace: false,
    containers: [await sextonContainer("signal"), await nginxContainer()],
    volumes: nginxVolumes,
  });
  const pod = useIllPod("doctor-unshared", alone);

  podTest("is an error", async () => {
    const { severity, ...finding } = await found(pod(), "namespace-not-shared");
    expect(severity).toBe("error");
    mendedAlone = { ...(await alone()), ...(linesOf({ severity, ...finding })["spec"] as IPodSpec) };
  });
});

describe("the same pod with the line that was missing", () => {
  const pod = useIllPod("doctor-shared", async () => mendedAlone ?? { containers: [await sextonContainer("signal")] });

  podTest("is seen whole", async () => {
    await until(
      "nginx to be an app",
      async () =>
        ((await pod().api("/doctor")).json() as { apps: Json[] }).apps.some(({ name }) => name === "nginx") ||
        undefined,
    );
    expect((await doctor(pod())).filter(({ severity }) => severity === "error")).toEqual([]);
  });
});
