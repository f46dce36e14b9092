import { expect } from "bun:test";
import { actorContainer } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { listProcesses, post, sextonContainer } from "../support/pod/sexton.ts";

// With every right there is: what is refused here is refused by sexton and not by the kernel.
const pod = usePod("protected", async () => ({
  containers: [await actorContainer("app", "reloads"), await sextonContainer("full")],
}));

const term = { signal: "SIGTERM", force: true };

podTest("PID 1 of the pod is never signalled: it would take every container with it", async () => {
  const answer = await post(pod(), "/processes/1/signal", term);
  expect(answer.json()).toMatchObject({ kind: "protected-process" });
  expect(answer.status).toBe(403);
  expect((await pod().container("app")).running).toBe(true);
});

podTest("sexton does not signal itself", async () => {
  const own = (await listProcesses(pod())).find(({ role }) => role === "self");
  const answer = await post(pod(), `/processes/${own?.pid}/signal`, term);
  expect(answer.json()).toMatchObject({ kind: "protected-process" });
  expect(answer.status).toBe(403);
  expect((await pod().api("/livez")).status).toBe(200);
});

for (const pid of ["0", "-1", "abc", "99999999999", "1.5", "%20"]) {
  podTest(`a pid of ${JSON.stringify(pid)} is refused and reaches nobody`, async () => {
    const answer = await post(pod(), `/processes/${pid}/signal`, term);
    expect([400, 404]).toContain(answer.status);
    // kill(2) takes 0 and negative numbers for groups: everyone must still be there.
    const names = (await listProcesses(pod())).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["reloads", "sexton"]));
  });
}
