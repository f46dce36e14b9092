import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { sexton } from "../support/init/ground.ts";
import { until } from "../support/pod/command.ts";
import { nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podman, tryPodman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { initImage } from "../support/pod/images.ts";
import { idsOf, type Listed, listProcesses, post } from "../support/pod/sexton.ts";

// Each container has a PID namespace of its own, and sexton is pid 1 of the app's.
const pod = usePod("init", async () => ({
  shareProcessNamespace: false,
  containers: [{ ...(await nginxContainer()), image: await initImage(sexton) }],
  volumes: nginxVolumes,
}));

/** nginx's processes; its workers are none of those, where there are any. */
function nginx(besides: readonly Listed[] = []) {
  return until("nginx with two new workers", async () => {
    const all = await listProcesses(pod(), "?name=nginx");
    const master = all.find(({ ppid }) => ppid === 1);
    const workers = all.filter(({ ppid, commandLine }) => ppid === master?.pid && !commandLine.includes("shutting"));
    const areNew = !workers.some(({ id }) => idsOf(besides).includes(id));
    return master && workers.length === 2 && areNew ? { master, workers } : undefined;
  });
}

const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");

podTest("sexton init is pid 1 of its container, and nginx the app", async () => {
  const { master } = await nginx();
  const init = (await listProcesses(pod())).find(({ pid }) => pid === 1);
  expect(init).toMatchObject({ name: "sexton", role: "init" });
  expect(master.role).toBe("app");
  expect((await pod().api("http://127.0.0.1:8080/")).text).toBe("from nginx\n");
});

podTest("POST /signal/reload makes nginx behind it replace its workers", async () => {
  const before = await nginx();
  const answer = await post(pod(), "/signal/reload");
  expect(answer.json()).toMatchObject({ pid: before.master.pid, signal: "SIGHUP", sent: true });
  expect((await nginx(before.workers)).master.id).toBe(before.master.id);
});

podTest("a SIGHUP for the container reloads nginx as well", async () => {
  const before = await nginx();
  await podman("kill", "--signal", "HUP", `${pod().name}-nginx`);
  expect((await nginx(before.workers)).master.id).toBe(before.master.id);
});

podTest("pid 1 cannot be signalled by the API", async () => {
  const answer = await post(pod(), "/processes/1/signal", { signal: "SIGTERM", force: true });
  expect(answer.json()).toMatchObject({ kind: "protected-process" });
});

podTest("orphans of a session by podman exec are collected", async () => {
  const { pid } = await pod().container("nginx");
  const before = childrenOf(pid);
  expect(before.length).toBe(1);
  const { exitCode } = await pod().exec("nginx", "/bin/sh", "-c", "/bin/sleep 3 >&- 2>&- & /bin/sleep 3 >&- 2>&- &");
  expect(exitCode).toBe(0);
  expect(childrenOf(pid).length).toBe(3);
  await until("both to be collected", async () => childrenOf(pid).length === 1 || undefined);
  expect(childrenOf(pid)).toEqual(before);
});

podTest("podman stop lets nginx end by itself, with its code", async () => {
  const name = `${pod().name}-nginx`;
  const start = performance.now();
  await podman("stop", "--time", "20", name);
  expect(performance.now() - start).toBeLessThan(15_000);
  expect((await podman("inspect", "--format", "{{.State.ExitCode}}", name)).trim()).toBe("0");
  expect(await pod().logs()).toContain("gracefully shutting down");
});

podTest("the exit code of a container is its command's", async () => {
  const tag = await initImage(sexton);
  const ends: number[] = [];
  for (const command of ["exit 7", "kill -KILL $$", "sleep 0.2 & exit 0"]) {
    const { exitCode } = await tryPodman("run", "--rm", "--network", "none", tag, "sh", "-c", command);
    ends.push(exitCode);
  }
  expect(ends).toEqual([7, 137, 0]);
});
