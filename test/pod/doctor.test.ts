import { describe, expect } from "bun:test";
import type { IConfigMap } from "kubernetes-models/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer, nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import type { Pod } from "../support/pod/pod.ts";
import { nginxProcesses, sextonContainer } from "../support/pod/sexton.ts";

const folder = "/etc/nginx/conf.d";
const configMap: IConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web" },
  data: { "default.conf": 'server { listen 127.0.0.1:8080; location / { return 200 "one\\n"; } }\n' },
};
const conf = { name: "conf", mountPath: folder, readOnly: true };

const doctor = async (pod: Pod) => (await pod.api("/doctor")).json() as Json;
const findings = async (pod: Pod) => (await doctor(pod))["findings"] as Json[];
const brief = async (pod: Pod) =>
  (await findings(pod)).map(({ severity, id, container }) => `${severity} ${id} ${container}`);
/** podman starts the containers of a pod in any order; one that is started again is the last. */
async function startAgain(pod: Pod, container: string): Promise<void> {
  const before = (await pod.container(container)).pid;
  await podman("restart", "--time", "2", `${pod.name}-${container}`);
  await until(`${container} to run again`, async () => {
    const { pid, running } = await pod.container(container);
    return (running && pid !== before && (await pod.api("/readyz")).status === 200) || undefined;
  });
}

/** As `kubectl exec` runs it. */
const run = (pod: Pod, ...options: string[]) => pod.exec("sexton", "/sexton", "doctor", ...options);

describe("a pod as k8s/sidecar.yaml makes it, as far as podman can", () => {
  const pod = usePod("doctor-well", async () => {
    const [nginx, sexton] = [
      await nginxContainer(),
      await sextonContainer("signal", { SEXTON_WATCH: `conf=${folder}` }),
    ];
    return {
      containers: [
        { ...sexton, volumeMounts: [conf] },
        { ...nginx, volumeMounts: [...(nginx.volumeMounts ?? []), conf] },
      ],
      volumes: [...nginxVolumes, { name: "conf", configMap: { name: "web" } }],
    };
  }, [configMap]);

  podTest("has no findings, when the app starts after sexton", async () => {
    await startAgain(pod(), "nginx");
    await nginxProcesses(pod());
    expect(await brief(pod())).toEqual([]);
    expect(await run(pod())).toMatchObject({ exitCode: 0, stdout: "No findings\n" });
  });

  podTest("is seen with its containers by name, and what may be done to each", async () => {
    const { place, containers, apps, capabilities } = await doctor(pod());
    expect(place).toBe("shared");
    const nginx = (containers as Json[]).find(({ name }) => name === "nginx");
    expect(nginx).toMatchObject({
      role: "app",
      main: { name: "nginx" },
      users: [{ uid: 101, gid: 101, processes: 3, maySignal: true, readable: { exe: true, environ: true, fds: true } }],
    });
    expect(apps).toEqual([
      expect.objectContaining({
        name: "nginx",
        profile: "nginx",
        terminate: "caught",
        reload: { signal: "SIGHUP", disposition: "caught" },
      }),
    ]);
    const available = (name: string) => (capabilities as Json[]).find((one) => one["name"] === name)?.["available"];
    const names = [
      "ffi",
      "pidfd_open",
      "ptrace",
      "ptrace-attach",
      "signal-peers",
      "cap-kill",
      "no-new-privileges",
      "seccomp",
    ];
    expect(Object.fromEntries(names.map((name) => [name, available(name)]))).toEqual({
      ffi: true,
      pidfd_open: true,
      ptrace: true,
      "ptrace-attach": true,
      "signal-peers": true,
      "cap-kill": false,
      "no-new-privileges": true,
      seccomp: true,
    });
  });

  podTest("is told with its tables by --verbose", async () => {
    const { stdout } = await run(pod(), "--verbose");
    expect(stdout).toMatch(/^nginx +app +101 +101 +3 +\d+ +yes +yes +yes +yes +yes$/m);
    expect(stdout).toMatch(/^pidfd_open +yes /m);
  });
});

describe("a container beside the app that starts after it, of another user", () => {
  const pod = usePod("doctor-denied", async () => ({
    containers: [await nginxContainer(), await sextonContainer("observe")],
    volumes: nginxVolumes,
  }));

  podTest("may not signal, may not look, and was late", async () => {
    await startAgain(pod(), "sexton");
    await nginxProcesses(pod());
    expect(await brief(pod())).toEqual([
      "warning signals-denied nginx",
      "info reading-denied nginx",
      "info sidecar-placement sexton",
    ]);
    const [denied, , placement] = await findings(pod());
    expect(denied?.["fix"]).toContain("securityContext:\n  runAsUser: 101\n  runAsGroup: 101");
    expect(placement?.["fix"]).toContain("restartPolicy: Always");
    expect((await run(pod())).exitCode).toBe(0);
  });
});

describe("a watch that may not signal its target", () => {
  const pod = usePod(
    "doctor-watch",
    async () => ({
      containers: [
        { ...(await sextonContainer("observe", { SEXTON_WATCH: `conf=${folder}` })), volumeMounts: [conf] },
        { ...(await actorContainer("app", "deaf")), volumeMounts: [conf] },
      ],
      volumes: [{ name: "conf", configMap: { name: "web" } }],
    }),
    [configMap],
  );

  podTest("is an error, and so is an app that would be killed by it", async () => {
    await startAgain(pod(), "app");
    expect(await brief(pod())).toEqual([
      "error signals-denied app",
      "error watch-cannot-reload app",
      "info reading-denied app",
      "info sigterm-default app",
    ]);
    expect((await run(pod())).exitCode).toBe(1);
  });
});

describe("a pod that does not share its PID namespace", () => {
  const pod = usePod("doctor-alone", async () => ({
    shareProcessNamespace: false,
    containers: [await sextonContainer("signal")],
  }));

  podTest("is an error, and told with the line that is missing", async () => {
    expect(await brief(pod())).toEqual(["error namespace-not-shared null"]);
    const { exitCode, stdout } = await run(pod());
    expect(stdout).toContain("shareProcessNamespace: true\n");
    expect(exitCode).toBe(1);
  });
});
