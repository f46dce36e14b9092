import { expect } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { podUsers } from "../support/cri/kubelet/security.ts";
import { shipped, withProfile } from "../support/cri/shipped.ts";
import { userNamespacesProblem } from "../support/cri/user-namespaces.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { nginxImage } from "../support/pod/images.ts";
import { type Listed, listProcesses, post } from "../support/pod/sexton.ts";
import { adoptZombies, leakyContainer, statusOf, zombiesOf } from "../support/pod/zombies.ts";

const problem = userNamespacesProblem();
const userTest = (title: string, body: () => Promise<void>) => criTest(`profile userns: ${title}`, body, problem);

/** Two apps that run as root: what the profile is for. */
const asRoot = { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false };
const pods = useCriPods(
  {
    userns: async () => {
      const { spec, configMaps = [] } = await shipped("sidecar.yaml", { nginx: await nginxImage() });
      const apps = [await actorContainer("nginx", "reloads"), await leakyContainer("leaky")];
      const containers = apps.map((app) => ({ ...app, securityContext: { ...app.securityContext, ...asRoot } }));
      return { spec: withProfile({ ...spec, containers }, "userns"), configMaps };
    },
  },
  problem,
);
const pod = () => pods("userns");
const [first = { host_id: 0 }] = podUsers;

userTest("root of the pod is nobody on the node", async () => {
  expect(readlinkSync(`/proc/${pod().pausePid}/ns/user`)).not.toBe(readlinkSync("/proc/self/ns/user"));
  for (const name of ["sexton", "nginx", "leaky"]) {
    const { pid } = await pod().container(name);
    expect(readFileSync(`/proc/${pid}/uid_map`, "utf8")).toMatch(new RegExp(`^ +0 +${first.host_id} +65536\n$`));
    expect((await statusOf(pod(), name)).get("Uid")?.split("\t")[0]).toBe(String(first.host_id));
  }
  expect((await statusOf(pod(), "sexton")).get("CapEff")).toBe("0".repeat(16));
});

userTest("an app that runs as root is read and signalled", async () => {
  const [app] = (await listProcesses(pod(), "?container=nginx")) as readonly [Listed];
  expect(app).toMatchObject({ uid: 0, exe: "/reloads" });
  const answer = await post(pod(), "/signal/reload?wait=0");
  expect(answer.json()).toMatchObject({ sent: true, signal: "SIGHUP", pid: app.pid });
  await until("the app to have it", async () => pod().log("nginx").includes("generation 1") || undefined);
});

userTest("its zombies are adopted", async () => {
  const zombies = await zombiesOf(pod(), "leaky");
  expect((await adoptZombies(pod(), zombies)).reaped).toBe(zombies.length);
});
