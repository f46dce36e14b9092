import { expect } from "bun:test";
import { until } from "../support/pod/command.ts";
import { nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { idsOf, type Listed, nginxProcesses, post, sextonContainer } from "../support/pod/sexton.ts";

const pod = usePod("reload", async () => ({
  containers: [await nginxContainer(), await sextonContainer("signal")],
  volumes: nginxVolumes,
}));

/** nginx's processes once none of the workers of before is left. */
function renewed(before: readonly Listed[]) {
  return until("nginx to replace its workers", async () => {
    const now = await nginxProcesses(pod());
    return idsOf(now.workers).some((id) => idsOf(before).includes(id)) ? undefined : now;
  });
}

podTest("POST /signal/reload makes nginx replace its workers and keep its master", async () => {
  const before = await nginxProcesses(pod());

  const answer = await post(pod(), "/signal/reload");

  expect(answer.json()).toMatchObject({
    pid: before.master.pid,
    id: before.master.id,
    container: { name: "nginx", id: (await pod().container("nginx")).id },
    verb: "reload",
    signal: "SIGHUP",
    number: 1,
    disposition: "caught",
    sent: true,
    dryRun: false,
  });
  expect(answer.status).toBe(200);
  const after = await renewed(before.workers);
  expect(after.master.id).toBe(before.master.id);
});

podTest("curl -d reload does the same", async () => {
  const before = await nginxProcesses(pod());
  const answer = await pod().api("/signal?wait=0", { method: "POST", body: "reload" });
  expect(answer.json()).toMatchObject({
    outcome: { status: "pending" },
    pid: before.master.pid,
    signal: "SIGHUP",
    sent: true,
  });
  await renewed(before.workers);
});

podTest("sexton signal reload, run in the sidecar's container, does the same", async () => {
  const before = await nginxProcesses(pod());
  const { exitCode, stdout, stderr } = await pod().exec("sexton", "/sexton", "signal", "reload");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("SIGHUP");
  await renewed(before.workers);
});

podTest("a dry run says what would be sent and sends nothing", async () => {
  const before = await nginxProcesses(pod());
  const received = await hangups();
  const answer = await post(pod(), "/signal/reload?dryRun=true");
  expect(answer.json()).toMatchObject({ pid: before.master.pid, signal: "SIGHUP", sent: false, dryRun: true });
  // A real reload after it: once that one has arrived, the other would have arrived too.
  await post(pod(), "/signal/reload?wait=0");
  await renewed(before.workers);
  expect(await hangups()).toBe(received + 1);
});

/** How often nginx says that it was asked to reload. */
async function hangups(): Promise<number> {
  return (await pod().logs()).match(/signal 1 \(SIGHUP\) received/g)?.length ?? 0;
}

podTest("GET /signal never signals and says how it is done", async () => {
  const before = await nginxProcesses(pod());
  const answer = await pod().api("/signal");
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("curl -X POST");
  expect(idsOf((await nginxProcesses(pod())).workers)).toEqual(idsOf(before.workers));
});

podTest("GET on a mutation answers 405 with the curl line that works", async () => {
  const answer = await pod().api("/signal/reload");
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toContain("POST");
  expect(answer.json()).toMatchObject({ kind: "method-not-allowed" });
  expect(answer.text).toContain("curl -X POST 127.0.0.1:9099/signal/reload");
});
