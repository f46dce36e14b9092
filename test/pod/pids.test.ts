import { expect } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IVolume } from "kubernetes-models/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { podman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { nginxUid } from "../support/pod/images.ts";
import { image } from "../support/pod/rootfs.ts";
import { sextonContainer } from "../support/pod/sexton.ts";

/** What the host's own cgroups look like from the pod, as a hostPath volume of the documentation mounts them. */
const hostCgroups: IVolume = { name: "cgroups", hostPath: { path: "/sys/fs/cgroup", type: "Directory" } };

const plain = usePod("pids", async () => ({
  containers: [await actorContainer("helper", "reloads"), await sextonContainer("signal")],
}));

const seeing = usePod("pids-seeing", async () => {
  const sexton = await sextonContainer("signal");
  const volumeMounts = [{ name: "cgroups", mountPath: "/host/sys/fs/cgroup", readOnly: true }];
  return {
    containers: [await actorContainer("helper", "reloads"), { ...sexton, volumeMounts }],
    volumes: [hostCgroups],
  };
});

type Pod = ReturnType<typeof plain>;

/** Adds a container to a running pod, with a limit that `podman kube play` has no word for; its id. */
async function addLimited(pod: Pod, pidsLimit: number, script: string): Promise<string> {
  const shell = await image({ name: "shell", programs: ["/bin/sh", "/bin/sleep"], changes: [] });
  const locked = ["--user", `${nginxUid}:${nginxUid}`, "--cap-drop=all", "--security-opt=no-new-privileges"];
  const limits = ["--pod", pod.name, "--pids-limit", String(pidsLimit)];
  const id = await podman("run", "--detach", "--pull=never", ...limits, ...locked, shell, "/bin/sh", "-c", script);
  return id.trim();
}

const containerOf = async (pod: Pod, id: string): Promise<Json | undefined> =>
  ((await pod.api("/containers")).json() as Json)["containers"].find((container: Json) => container["id"] === id);

podTest(
  "GET /containers tells the limit of a container and what it has taken, and pids.pressure who grows",
  async () => {
    const fifteen = "i=0; while [ $i -lt 15 ]; do /bin/sleep 1041 & i=$((i+1)); done; wait";
    const id = await addLimited(plain(), 20, fifteen);
    const container = await until("the container to be full", async () => {
      const found = await containerOf(plain(), id);
      return found?.["pids"].current === 16 ? found : undefined;
    });
    expect(container["pids"]).toMatchObject({
      current: 16,
      limit: 20,
      source: "container-cgroup",
      counts: "container",
      currentFrom: "cgroup",
    });
    const pressure = await until(
      "pids.pressure",
      async () => {
        const { events } = (await plain().api("/events?types=pids.pressure")).json() as Json;
        return events.find(({ data }: Json) => data.container?.id === id)?.data as Json | undefined;
      },
      20_000,
    );
    expect(pressure).toMatchObject({ scope: "container", level: "warning", current: 16, limit: 20, percent: 80 });
    const [main] = container["rootPids"];
    expect(pressure["growing"]).toContainEqual(
      expect.objectContaining({ parent: expect.objectContaining({ pid: main, name: "sh" }), count: 15, growth: 15 }),
    );
  },
);

podTest("a container whose cgroup says max has no limit, but a count", async () => {
  const { id } = await plain().container("helper");
  expect((await containerOf(plain(), id))?.["pids"]).toMatchObject({ current: 1, limit: null, currentFrom: "cgroup" });
});

podTest("with /sys/fs/cgroup of the host mounted, the limit of the pod is found", async () => {
  const pod = seeing();
  const { pid } = await pod.container("helper");
  const line = readFileSync(`/proc/${pid}/cgroup`, "utf8").match(/^\d+:(?:pids|):(.*)$/m);
  const folder = line?.[0].includes(":pids:") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
  const podCgroup = join(folder, line?.[1] ?? "", "..");
  writeFileSync(join(podCgroup, "pids.max"), "200");
  const metrics = (await pod.api("/metrics")).text;
  expect(metrics).toContain('sexton_pids_limit{scope="pod"} 200\n');
  const told = Number(/^sexton_pids_current\{scope="pod"\} (\d+)$/m.exec(metrics)?.[1]);
  // The runtime's own monitor of each container may have its cgroup in there.
  const counted = Number(readFileSync(join(podCgroup, "pids.current"), "utf8"));
  expect(Math.abs(told - counted)).toBeLessThanOrEqual(4);
});
