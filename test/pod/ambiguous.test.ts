import { expect } from "bun:test";
import { until } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { post, sextonContainer } from "../support/pod/sexton.ts";

const twoApps =
  (env: Readonly<Record<string, string>> = {}) =>
  async () => ({
    containers: [
      await actorContainer("web", "reloads"),
      await actorContainer("worker", "reloads"),
      await sextonContainer("signal", env),
    ],
  });

const pod = usePod("ambiguous", twoApps());
const decided = usePod("decided", twoApps({ SEXTON_TARGET_CONTAINER: "worker" }));

const generation = async (container: string) => {
  const said = (await pod().logs()).split("--- ").find((part) => part.startsWith(container)) ?? "";
  return Math.max(...[...said.matchAll(/generation (\d+)/g)].map(([, number]) => Number(number)));
};

podTest("a pod with two apps answers 409 with both as candidates", async () => {
  const answer = await post(pod(), "/signal/reload");
  expect(answer.status).toBe(409);
  expect(answer.json()).toMatchObject({ kind: "target-ambiguous" });
  const { candidates } = answer.json() as { candidates: unknown[] };
  expect(candidates).toHaveLength(2);
  expect(JSON.stringify(candidates)).toContain('"web"');
  expect(JSON.stringify(candidates)).toContain('"worker"');
});

podTest("?target=<container> decides", async () => {
  await until("both apps to wait for signals", async () => {
    return (await generation("web")) >= 0 && (await generation("worker")) >= 0 ? true : undefined;
  });
  const [web, worker] = [await generation("web"), await generation("worker")];
  const answer = await post(pod(), "/signal/reload?target=worker&wait=0");
  expect(answer.json()).toMatchObject({ target: "worker", container: { name: "worker" }, sent: true });
  await until("the worker to reload", async () => (await generation("worker")) === worker + 1 || undefined);
  expect(await generation("web")).toBe(web);
});

podTest("a target that is not there answers 404", async () => {
  const answer = await post(pod(), "/signal/reload?target=database");
  expect(answer.status).toBe(404);
  expect(answer.json()).toMatchObject({ kind: "target-not-found" });
});

podTest("SEXTON_TARGET_CONTAINER decides once and for all", async () => {
  const answer = await post(decided(), "/signal/reload?wait=0");
  expect(answer.json()).toMatchObject({ container: { name: "worker" }, sent: true });
});
