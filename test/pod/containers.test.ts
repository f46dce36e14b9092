import { expect } from "bun:test";
import { actorContainer, nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { idsOf, listProcesses, nginxProcesses, sextonContainer } from "../support/pod/sexton.ts";

const pod = usePod("containers", async () => ({
  containers: [await nginxContainer(), await actorContainer("helper", "reloads"), await sextonContainer("observe")],
  volumes: nginxVolumes,
}));

const ids = async () => {
  const names = ["nginx", "helper", "sexton"];
  return new Map(await Promise.all(names.map(async (name) => [name, (await pod().container(name)).id] as const)));
};

podTest("GET /containers tells every container with its id, its name and its role", async () => {
  const { master } = await nginxProcesses(pod());
  const { containers } = (await pod().api("/containers")).json() as {
    containers: { id: string; name: string | null; role: string; rootPids: number[]; processes: number }[];
  };
  const known = await ids();
  const told = new Map(containers.map((container) => [container.name, container]));
  expect(told.get("nginx")).toMatchObject({
    id: known.get("nginx"),
    role: "app",
    rootPids: [master.pid],
    processes: 3,
  });
  expect(told.get("helper")).toMatchObject({ id: known.get("helper"), role: "app", processes: 1 });
  expect(told.get("sexton")).toMatchObject({ id: known.get("sexton"), role: "self" });
  expect(containers.find(({ role }) => role === "pause")?.rootPids).toEqual([1]);
  expect(containers).toHaveLength(4);
});

podTest("GET /processes puts every process into its container", async () => {
  await nginxProcesses(pod());
  const known = await ids();
  const processes = await listProcesses(pod());
  const told = processes.map(({ name, role, container }) => ({ name, role, container: container?.name ?? null }));
  expect(told.filter(({ name }) => name === "nginx")).toEqual(
    Array.from({ length: 3 }, () => ({ name: "nginx", role: "app", container: "nginx" })),
  );
  expect(told.filter(({ name }) => name === "reloads")).toEqual([
    { name: "reloads", role: "app", container: "helper" },
  ]);
  // At least one: a command that was run in the container may not have been collected yet.
  const own = told.filter(({ name }) => name === "sexton");
  expect(own.length).toBeGreaterThan(0);
  for (const process of own) expect(process).toEqual({ name: "sexton", role: "self", container: "sexton" });
  expect(processes.find(({ pid }) => pid === 1)?.role).toBe("pause");
  for (const { container } of processes) {
    if (container?.name != null) expect(container.id).toBe(known.get(container.name) ?? "unknown container");
  }
});

podTest("GET /processes?container= takes a name and the start of an id", async () => {
  await nginxProcesses(pod());
  const byName = await listProcesses(pod(), "?container=nginx");
  expect(byName.map(({ name }) => name)).toEqual(["nginx", "nginx", "nginx"]);
  const prefix = (await ids()).get("nginx")?.slice(0, 12);
  expect(idsOf(await listProcesses(pod(), `?container=${prefix}`))).toEqual(idsOf(byName));
});

podTest("sexton ps lists what the API lists", async () => {
  const { exitCode, stdout } = await pod().exec("sexton", "/sexton", "ps");
  expect(exitCode).toBe(0);
  for (const word of ["nginx", "reloads", "sexton"]) expect(stdout).toContain(word);
});

podTest("what the UID hides is null and named in denied", async () => {
  const { master } = await nginxProcesses(pod());
  expect(master.exe).toBeNull();
  expect(master.denied).toContain("exe");
  expect(master.uid).toBe(101);
});
