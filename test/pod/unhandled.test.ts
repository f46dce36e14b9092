import { expect } from "bun:test";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { post, sextonContainer } from "../support/pod/sexton.ts";

const pod = usePod("unhandled", async () => ({
  containers: [await actorContainer("app", "deaf"), await sextonContainer("signal")],
}));
// Apart, because the app of this one is meant to die.
const other = usePod("forced", async () => ({
  containers: [await actorContainer("app", "deaf"), await sextonContainer("signal")],
}));

podTest("a reload that would kill the app answers 409 and the app lives", async () => {
  const before = await pod().container("app");
  const answer = await post(pod(), "/signal/reload");
  expect(answer.json()).toMatchObject({ kind: "signal-unhandled", disposition: "default-terminate" });
  expect(answer.status).toBe(409);
  expect(await pod().container("app")).toEqual({ ...before, running: true });
});

podTest("a forced one is sent, and its outcome tells how the app died", async () => {
  const answer = await post(other(), "/signal/reload?force=true");
  expect(answer.json()).toMatchObject({ sent: true, outcome: { status: "exited" } });
  await until("the app to be gone", async () => !(await other().container("app")).running || undefined);
});
