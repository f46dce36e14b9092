import { expect } from "bun:test";
import type { IContainer } from "kubernetes-models/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { groundEnv, podman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { nginxUid } from "../support/pod/images.ts";
import { image } from "../support/pod/rootfs.ts";
import { post, sextonContainer } from "../support/pod/sexton.ts";

// An ordinary child, a daemon, and a main process that goes on: nothing of it is a stray.
const app = "sleep 3001 & (setsid sleep 3002 &); while :; do sleep 3003; done";

async function shellContainer(name: string, script: string): Promise<IContainer> {
  const programs = ["/bin/sh", "/bin/sleep", "/usr/bin/setsid"];
  return {
    name,
    image: await image({ name: "shell", programs, changes: ['ENTRYPOINT ["/bin/sh"]', "ENV PATH=/bin:/usr/bin"] }),
    args: ["-c", script],
    securityContext: { runAsUser: nginxUid, runAsGroup: nginxUid },
  };
}

const pod = usePod("strays", async () => ({
  containers: [
    await sextonContainer("signal", { SEXTON_ZOMBIES_MIN_AGE: "2s" }),
    await shellContainer("app", app),
    await shellContainer("other", "while :; do sleep 3004; done"),
  ],
}));

const list = async (query = "") => ((await pod().api(`/processes${query}`)).json() as Json)["processes"] as Json[];
const events = async () => ((await pod().api("/events?types=process.stray")).json() as Json)["events"] as Json[];
const listed = (command: string, query = "") =>
  until(command, async () => (await list(query)).find((found) => found["commandLine"] === command));
const told = (process: Json) =>
  until(`the event for ${process["id"]}`, async () =>
    (await events()).find((event) => event["process"].id === process["id"]),
  );
const exec = (...args: string[]) => podman("exec", ...args.map((arg) => (arg === "app" ? `${pod().name}-app` : arg)));

/** Those of `process`, which are told once however long they are there: as long as another takes to be told. */
const eventsOf = async (process: Json) => {
  await told(await left("sleep 3999 & :"));
  return (await events()).filter((event) => event["process"].id === process["id"]);
};
/** What an exec that ends at once leaves behind. */
const left = async (script: string) => {
  const before = new Set((await list()).map(({ id }) => id));
  await exec("app", "/bin/sh", "-c", script.replaceAll("&", ">/dev/null 2>&1 &"));
  return until("what it left", async () =>
    (await list("?stray=true")).find(({ id, ppid }) => ppid === 1 && !before.has(id)),
  );
};

podTest("the processes of the apps are none, daemons included", async () => {
  for (const command of ["sleep 3001", "sleep 3002", "sleep 3003", "sleep 3004"]) {
    expect((await listed(command))["stray"]).toBeNull();
  }
  expect(await listed("sleep 3002")).toMatchObject({ ppid: 1, container: { name: "app" } });
});

podTest("an exec session that goes on is one, with what it started, and is told once", async () => {
  await exec("-d", "app", "/bin/sh", "-c", "sleep 3101 & sleep 3102");
  const child = await listed("sleep 3101");
  const root = await listed("/bin/sh -c sleep 3101 & sleep 3102");
  expect(root).toMatchObject({ ppid: 0, container: { name: "app" } });
  expect(root["stray"]).toEqual({
    reason: "exec-session",
    since: root["startTime"],
    root: root["id"],
    interactive: false,
  });
  expect(child["stray"]).toEqual(root["stray"]);
  const event = await told(root);
  expect(event["data"]).toMatchObject({ reason: "exec-session", origin: "exec", descendants: 2, tty: false });
  expect(event["process"].container).toMatchObject({ name: "app" });
  expect(event["cause"]).toBeLessThan(event["id"]);
  expect(await eventsOf(root)).toHaveLength(1);
  expect(await eventsOf(child)).toEqual([]);
});

podTest("what an exec that has ended left behind is one", async () => {
  const orphan = await left("sleep 3201 &");
  expect(orphan).toMatchObject({ commandLine: "sleep 3201", stray: { reason: "orphan", root: orphan["id"] } });
  expect((await told(orphan))["data"]).toMatchObject({ reason: "orphan", origin: "exec", descendants: 0 });
  expect(await eventsOf(orphan)).toHaveLength(1);
});

podTest("what an exec left as a daemon is one too, because nobody but the app may", async () => {
  await exec("app", "/bin/sh", "-c", "setsid sleep 3301 >/dev/null 2>&1 & sleep 0.5");
  const daemon = await listed("sleep 3301");
  expect((await told(daemon))["data"]).toMatchObject({ reason: "orphan", origin: "exec", sessionLeaderGone: false });
});

podTest("a session with a terminal is not told before its leader has ended", async () => {
  const command = ["podman", "exec", "-t", `${pod().name}-app`, "/bin/sh", "-c", "trap '' HUP; sleep 3401; sleep 3402"];
  const client = Bun.spawn(command, { env: groundEnv, stdio: ["ignore", "ignore", "ignore"] });
  const child = await listed("sleep 3401");
  expect(child["stray"]).toMatchObject({ reason: "exec-session", interactive: true });
  // Another that is as old by now is told, and this one is not.
  await told(await left("sleep 3403 &"));
  expect((await events()).filter((event) => event["process"].id === child["stray"].root)).toEqual([]);
  await post(pod(), `/processes/${child["ppid"]}/signal?wait=0&force=true`, { signal: "TERM" });
  const event = await told(child);
  expect(event["data"]).toMatchObject({ reason: "orphan", origin: "exec", tty: false, sessionLeaderGone: true });
  await client.exited;
});

podTest("an exec that ends in time is not told", async () => {
  await exec("app", "/bin/sleep", "0.5");
  await told(await left("sleep 3501 &"));
  const names = (await events()).map((event) => event["process"].commandLine);
  expect(names.filter((name) => name.includes("0.5"))).toEqual([]);
  expect(new Set((await events()).map((event) => event["process"].container.name))).toEqual(new Set(["app"]));
});
