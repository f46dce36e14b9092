import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pidsCgroup } from "../support/cri/cgroups.ts";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { shipped, withProfile } from "../support/cri/shipped.ts";
import { until } from "../support/pod/command.ts";
import { nginxImage } from "../support/pod/images.ts";
import { adoptZombies, leakyContainer, listEvents, listZombies, pulseOf, zombiesOf } from "../support/pod/zombies.ts";

const limit = 48;
const pods = useCriPods({
  pids: async () => {
    const { spec, configMaps = [] } = await shipped("sidecar.yaml", { nginx: await nginxImage() });
    const told = withProfile(spec, "signal", { SEXTON_POD_PIDS_LIMIT: String(limit) });
    const containers = [...spec.containers, await leakyContainer("leaky")];
    return { spec: { ...told, containers }, configMaps, podPidsLimit: limit };
  },
});
const pod = () => pods("pids");

const current = () => Number(readFileSync(join(pidsCgroup(pod().cgroup), "pids.current"), "utf8"));

const ticksLater = async (count: number) => {
  const { tick } = await pulseOf(pod(), "leaky");
  return until(`${count} more ticks`, async () => {
    const pulse = await pulseOf(pod(), "leaky");
    return pulse.tick >= tick + count ? pulse : undefined;
  });
};

criTest("a pod that has reached its limit of pids: no child can be started, and sexton answers", async () => {
  await until("the limit to be reached", async () => (await pulseOf(pod(), "leaky")).errors > 0 || undefined, 20_000);
  await until("every pid to be taken", async () => current() === limit || undefined);
  for (const path of ["livez", "readyz", "startupz", "metrics"])
    expect((await fetch(`http://${pod().ip}:9098/${path}`)).status).toBe(200);
  const zombies = await listZombies(pod());
  expect(zombies.length).toBeGreaterThan(limit / 2);
  expect((await pod().api("/metrics")).text).toContain(`sexton_pids_limit{scope="pod"} ${limit}\n`);
  const pressure = await until("pids.pressure", async () => {
    const told = await listEvents(pod(), "pids.pressure");
    return told.find(({ data }) => data.scope === "pod" && data.level === "critical");
  });
  expect(pressure["data"].growing).toContainEqual(
    expect.objectContaining({
      container: expect.objectContaining({ name: "leaky" }),
      parent: expect.objectContaining({ name: "leaks" }),
    }),
  );
});

criTest("the zombies are adopted all the same, and children can be started again", async () => {
  const zombies = await zombiesOf(pod(), "leaky", limit / 2);
  const { reaped } = await adoptZombies(pod(), zombies);
  expect(reaped).toBe(zombies.length);
  // What is said next may still be of one that could not be started before.
  const before = await ticksLater(2);
  expect((await ticksLater(3)).errors).toBe(before.errors);
});
