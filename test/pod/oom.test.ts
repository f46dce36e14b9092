import { describe, expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { listProcesses, sextonContainer } from "../support/pod/sexton.ts";

const limited = async (name: string) => ({
  ...(await actorContainer(name, "hungry")),
  resources: { limits: { memory: "32Mi" } },
});

// What sexton sees of another container depends on its rights: by its own mounts it sees none of them.
for (const [profile, told] of [
  ["signal", true],
  ["observe", false],
] as const) {
  describe(`profile ${profile}`, () => {
    const pod = usePod(`oom-${profile}`, async () => ({
      containers: [await limited("starved"), await limited("twin"), await sextonContainer(profile)],
    }));

    /** How the one process of a container ended, and the container with it. */
    const endOf = (container: string) =>
      until(`the end of ${container}`, async () => {
        const { events } = (await pod().api("/events?types=process.exited,container.exited")).json() as {
          events: Json[];
        };
        const exited = events.find(({ process }) => process?.container?.name === container);
        const ended = events.find(({ data }) => data.container?.name === container);
        return exited && ended ? { exited, ended } : undefined;
      });
    const hostPidOf = async (container: string) => (await pod().container(container)).pid;

    podTest(
      `an app that its memory limit has killed is ${told ? "told as that" : "not told as what cannot be seen"}`,
      async () => {
        // A runtime's first process is seen before it is in its container's cgroup.
        await until("both apps in their containers", async () => {
          const apps = await listProcesses(pod(), "?name=hungry");
          const names = apps.map(({ container }) => container?.name);
          return (names.includes("starved") && names.includes("twin")) || undefined;
        });
        process.kill(await hostPidOf("starved"), "SIGUSR1");
        const { exited, ended } = await endOf("starved");
        const oom = told ? { probableOomKill: true, containerOomKills: 1 } : {};
        expect(exited["data"]).toMatchObject({ signal: "SIGKILL", ...oom });
        expect(ended).toMatchObject({ cause: exited["id"], data: { signal: "SIGKILL", ...oom } });
        expect("probableOomKill" in exited["data"]).toBe(told);
      },
    );

    podTest("one that was killed otherwise is not taken for that", async () => {
      process.kill(await hostPidOf("twin"), "SIGKILL");
      const { exited, ended } = await endOf("twin");
      expect(exited["data"]).toMatchObject({ signal: "SIGKILL" });
      expect(exited["data"]).not.toHaveProperty("probableOomKill");
      expect(ended["data"]).not.toHaveProperty("probableOomKill");
    });
  });
}
