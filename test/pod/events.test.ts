import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { nginxProcesses, post, sextonContainer } from "../support/pod/sexton.ts";

const pod = usePod("events", async () => ({
  containers: [await nginxContainer(), await sextonContainer("signal")],
  volumes: nginxVolumes,
}));

async function events(query: string): Promise<Json[]> {
  return ((await pod().api(`/events?${query}`)).json() as Json)["events"];
}

const eventOf = (pid: number, type: string) =>
  until(`${type} of ${pid}`, async () =>
    (await events(`types=${type}`)).findLast((event) => event["process"].pid === pid),
  );

podTest(
  "a worker of the other container that crashes is told with its signal, and the next one with its birth",
  async () => {
    const before = await nginxProcesses(pod());
    const [worker] = before.workers;
    await post(pod(), `/processes/${worker?.pid}/signal?wait=0`, { signal: "SEGV", force: true });

    const exited = await eventOf(worker?.pid ?? 0, "process.exited");
    expect(exited["data"]).toMatchObject({ exitCode: null, signal: "SIGSEGV" });
    expect(exited["process"]).toMatchObject({ id: worker?.id, container: { name: "nginx" } });
    // nginx's master collects it at once, and starts another in its place.
    expect((await eventOf(worker?.pid ?? 0, "process.reaped"))["data"]).toMatchObject({ signal: "SIGSEGV" });
    const after = await until("the next worker", async () => {
      const { workers } = await nginxProcesses(pod());
      return workers.find(({ id }) => !before.workers.some((known) => known.id === id));
    });
    expect((await eventOf(after.pid, "process.started"))["process"]).toMatchObject({ ppid: before.master.pid });
  },
);

podTest("workers that a reload starts carry the signal's event as their cause", async () => {
  const before = await nginxProcesses(pod());
  await post(pod(), "/signal/reload?wait=0");
  const sent = await until("the signal", async () =>
    (await events("types=signal.sent")).findLast((event) => event["data"].signal === "SIGHUP"),
  );
  const started = await until("two workers of that cause", async () => {
    const found = (await events(`types=process.started&after=${sent["id"]}`)).filter(
      (event) => event["cause"] === sent["id"],
    );
    return found.length >= 2 ? found : undefined;
  });
  for (const event of started) expect(event["process"].ppid).toBe(before.master.pid);
});

podTest("the end of the app's container is told, with how its main process ended", async () => {
  const { master } = await nginxProcesses(pod());
  await post(pod(), "/signal/terminate?wait=0");
  const exited = await until("the container's end", async () => (await events("types=container.exited"))[0]);
  expect(exited["data"]).toMatchObject({ container: { name: "nginx" }, exitCode: 0, signal: null });
  expect((await eventOf(master.pid, "process.exited"))["data"]).toMatchObject({ exitCode: 0 });
});
