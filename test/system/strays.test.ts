import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { type ContainerCgroup, cgroupProblem, createContainerCgroup } from "../support/cgroups.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem ?? cgroupProblem;
if (skip) console.warn(`Skipped in test/system/strays.test.ts: ${skip}`);

let namespace: Namespace;
let agent: Agent;
const start = async () => {
  agent = await startAgent({ wrapper: namespace.enter, env: { SEXTON_ZOMBIES_MIN_AGE: "1s" } });
};

const list = async (query = "") => (await agent.json(`/processes${query}`))["processes"] as Json[];
const named = (command: string) =>
  eventually(command, async () => (await list()).find((found) => found["commandLine"] === command));
const events = async () => (await agent.json("/events?types=process.stray"))["events"] as Json[];
const told = (command: string) =>
  eventually(`the event for ${command}`, async () =>
    (await events()).find((event) => event["process"].commandLine === command),
  );
const commands = (found: readonly Json[]) => found.map((one) => one["commandLine"]).sort();

// As a runtime starts it: in a session of its own. A child, a helper's orphan, and a daemon.
const app = ["setsid", "sh", "-c", "sleep 2001 & (sleep 2002 &); (setsid sleep 2003 &); while :; do sleep 2004; done"];

describe.skipIf(skip !== null)("strays among the processes of two containers", () => {
  let web: ContainerCgroup;
  let other: ContainerCgroup;
  const inside = (container: ContainerCgroup, ...command: string[]) =>
    namespace.start([...container.enter, ...command]);
  beforeEach(async () => {
    namespace = await createNamespace();
    web = createContainerCgroup("web");
    other = createContainerCgroup("other");
  });
  afterEach(async () => {
    await namespace.close();
    await Promise.all([web.close(), other.close()]);
  });

  test("are what an exec goes on with or leaves behind, and each is told once", async () => {
    await start();
    inside(web, ...app);
    inside(other, "setsid", "sleep", "2100");
    await Promise.all([named("sleep 2004"), named("sleep 2100")]);
    inside(web, "setsid", "sh", "-c", "sleep 2005 & exec sleep 2006");
    inside(web, "setsid", "sh", "-c", "sleep 2007 & sleep 0.3");
    inside(web, "setsid", "sh", "-c", "sleep 0.3");
    await Promise.all(["sleep 2002", "sleep 2006", "sleep 2007"].map(told));
    await named("sleep 2005");

    const strays = await list("?stray=true");
    const expected = ["sleep 2002", "sleep 2005", "sleep 2006", "sleep 2007"];
    expect(commands(strays)).toEqual(expected);
    const of = (command: string) => strays.find((found) => found["commandLine"] === command) as Json;
    const session = of("sleep 2006");
    expect(session["stray"]).toEqual({
      reason: "exec-session",
      since: session["startTime"],
      root: session["id"],
      interactive: false,
    });
    expect(of("sleep 2005")["stray"]).toEqual(session["stray"]);
    expect(of("sleep 2007")).toMatchObject({ ppid: 1, stray: { reason: "orphan", root: of("sleep 2007")["id"] } });
    expect(of("sleep 2007")["container"].id).toBe(web.id);
    expect(Date.parse(of("sleep 2007")["stray"].since)).toBeGreaterThan(Date.parse(of("sleep 2007")["startTime"]));
    for (const found of await list("?stray=false")) expect(found["stray"]).toBeNull();
    expect((await named("sleep 2001"))["stray"]).toBeNull();
    expect((await agent.json(`/processes/${session["pid"]}`))["stray"]).toEqual(session["stray"]);

    expect((await told("sleep 2006"))["data"]).toMatchObject({ reason: "exec-session", descendants: 1, tty: false });
    const left = await told("sleep 2007");
    expect(left["data"]).toMatchObject({ reason: "orphan", origin: "exec", sessionLeaderGone: true, descendants: 0 });
    const birth = (await agent.json("/events?types=process.started"))["events"].find(
      (event: Json) => event["id"] === left["cause"],
    );
    expect(birth["process"].id).toBe(left["process"].id);
    await Bun.sleep(2_200); // Two more checks.
    expect((await events()).map((event) => event["process"].commandLine).sort()).toEqual(
      expected.filter((command) => command !== "sleep 2005"),
    );
  });

  test("are found by a sexton that comes later, and a daemon of before is given the benefit of the doubt", async () => {
    inside(web, ...app);
    await Bun.sleep(300); // So that the app is the older one by more than a tick of the kernel's clock.
    inside(web, "setsid", "sh", "-c", "sleep 2007 & sleep 2008");
    await start();
    // Each is a copy of its shell before it runs its own program.
    await Promise.all(["2001", "2002", "2003", "2004", "2007", "2008"].map((time) => named(`sleep ${time}`)));
    expect(commands(await list("?stray=true"))).toEqual([
      "sh -c sleep 2007 & sleep 2008",
      "sleep 2002",
      "sleep 2007",
      "sleep 2008",
    ]);
    expect((await told("sleep 2002"))["data"]).toMatchObject({ reason: "orphan", origin: "main" });
  });

  test("with a terminal are told when it hangs up", async () => {
    await start();
    inside(web, "setsid", "sleep", "2100");
    await named("sleep 2100");
    const session = [...namespace.enter, ...web.enter, "sh", "-c", "'trap \"\" HUP; sleep 2009'"].map((word) =>
      /[ >]/.test(word) && !word.startsWith("'") ? `'${word}'` : word,
    );
    const terminal = Bun.spawn(["script", "--quiet", "--command", session.join(" "), "/dev/null"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const sleep = await named("sleep 2009");
    const [root] = (await list("?stray=true")).filter(({ ppid }) => ppid === 0);
    expect(root?.["stray"]).toMatchObject({ reason: "exec-session", interactive: true });
    expect(sleep["stray"]).toEqual(root?.["stray"]);
    await Bun.sleep(2_500); // Its age and a check.
    expect(await events()).toEqual([]);
    const hungUpAt = Date.now();
    terminal.kill("SIGKILL");
    const event = await eventually("the event", async () => (await events())[0]);
    expect(event["process"].id).toBe(root?.["id"]);
    expect(event["data"]).toMatchObject({ reason: "exec-session", tty: false, descendants: 1 });
    expect(Date.parse(event["time"]) - hungUpAt).toBeGreaterThan(900);
  });

  test("sexton ps --stray lists them with their reasons", async () => {
    inside(web, "setsid", "sleep", "2100");
    await Bun.sleep(300); // As above.
    inside(web, "setsid", "sleep", "2010");
    await start();
    await named("sleep 2010");
    const listen = ["--listen", agent.url.replace("http://", "")];
    const { out, code } = await runBinary(["ps", "--stray", ...listen]);
    expect(code).toBe(0);
    const [titles, ...lines] = out.trimEnd().split("\n");
    expect(titles).toMatch(/CONTAINER +STRAY +SINCE +ROOT +COMMAND$/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/ exec-session +\d{4}-\S+Z +(\d+) +sleep 2010$/);
    expect((await runBinary(["ps", "--stray", "--tree", ...listen])).out).toContain("exec-session");
    expect((await runBinary(["ps", ...listen])).out).not.toContain("STRAY");
  });
});

describe.skipIf(namespaceProblem !== null)("strays where no container can be told apart", () => {
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());

  test("are the orphans of an app that was seen, and no second root", async () => {
    await start();
    namespace.start(app);
    namespace.start(["setsid", "sleep", "2100"]);
    await named("sleep 2100");
    const event = await told("sleep 2002");
    expect(event["data"]).toMatchObject({ reason: "orphan", origin: "main" });
    expect(commands(await list("?stray=true"))).toEqual(["sleep 2002"]);
    expect(await events()).toHaveLength(1);
  });
});
