import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { findingOf, idsOf, pidOf } from "../support/doctor.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const compiler = Bun.which("gcc") ?? Bun.which("cc");
const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/proc-limits.test.ts: ${namespaceProblem}`);

/** In a mount namespace of its own, after what is done to /proc there, the rest of the command line. */
const after = (script: string) => ["unshare", "--mount", "sh", "-c", `${script} && exec "$@"`, "sh"];
const nobody = ["setpriv", "--reuid", "65532", "--regid", "65532", "--clear-groups"];

describe.skipIf(skip)("a /proc that shows less", () => {
  let namespace: Namespace;
  let folder: string;
  beforeEach(async () => {
    namespace = await createNamespace();
    folder = mkdtempSync(join(tmpdir(), "sexton-less-"));
    namespace.start(["sleep", "1301"]);
  });
  afterEach(async () => {
    // The agent with it: it ends when its pid 1 does.
    await namespace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (wrapper: readonly string[]) => startAgent({ wrapper: [...namespace.enter, ...wrapper] });

  /** Every question gets an answer, and none of them is a fault. */
  async function asks({ fetch }: Agent): Promise<void> {
    const pages = "processes processes?view=tree containers zombies signal reloads events doctor metrics config readyz";
    for (const page of pages.split(" ")) expect([page, (await fetch(`/${page}`)).status]).toEqual([page, 200]);
  }

  async function livesAndDies(told: Agent): Promise<Json> {
    namespace.start(["sleep", "1302"]);
    const pid = await pidOf(told, "sleep 1302");
    const of = (type: string) =>
      eventually(`${type} of ${pid}`, async () => {
        const { events } = await told.json(`/events?types=${type}`);
        return (events as Json[]).find(({ process }) => process.pid === pid);
      });
    await of("process.started");
    await told.post(`/processes/${pid}/signal?verb=TERM`);
    return of("process.exited");
  }

  test("subset=pid: births are found by listing, and it is told", async () => {
    const told = await start(after("mount -t proc -o subset=pid proc /proc"));
    await asks(told);
    expect(await findingOf(told, "proc-incomplete")).toMatchObject({ seen: expect.stringMatching(/^loadavg cannot/) });
    expect(told.stderr()).toContain('missing="loadavg"');
    expect((await livesAndDies(told))["data"].signal).toBe("SIGTERM");
    const { pids } = await told.json("/zombies");
    expect(pids.limit).toBeNull();
  });

  test("hidepid=invisible: who is hidden is not there, and it is told", async () => {
    const told = await start([...after("mount -t proc -o hidepid=invisible proc /proc"), ...nobody]);
    await asks(told);
    expect((await told.json("/processes"))["processes"].map(({ pid }: Json) => pid)).toEqual([
      (await told.json("/processes?name=sexton"))["processes"][0].pid,
    ]);
    expect((await told.fetch("/processes/1")).status).toBe(404);
    expect(told.stderr()).toContain("/proc hides the processes of others");
    expect(await idsOf(told)).toContain("processes-hidden");
  });

  test("hidepid=noaccess: who may not be read is counted, and asking for it is answered with what would help", async () => {
    const told = await start([...after("mount -t proc -o hidepid=noaccess proc /proc"), ...nobody]);
    await asks(told);
    const { unreadable, count } = await told.json("/processes");
    expect([unreadable >= 2, count]).toEqual([true, 1]);
    const hidden = await told.fetch("/processes/1");
    expect([hidden.status, ((await hidden.json()) as Json)["kind"]]).toEqual([403, "permission-denied"]);
    expect(await idsOf(told)).toContain("processes-hidden");
  });

  // What gVisor's /proc lacks or makes up: a count of pids that never moves, cgroups and mounts of another machine.
  test.skipIf(compiler === null)("without a counter, cgroups, mounts and pidfds", async () => {
    const refuse = join(folder, "refuse-pidfds");
    const source = join(import.meta.dir, "../programs/refuse-pidfds.c");
    expect(Bun.spawnSync([compiler ?? "", "-o", refuse, source]).exitCode).toBe(0);
    const loadavg = join(folder, "loadavg");
    writeFileSync(loadavg, "0.00 0.00 0.00 0/0 0\n");
    const masked = ["cgroup", "mountinfo"].map((file) => `mount --bind /dev/null /proc/$$/${file}`).join(" && ");
    const wrapper = [...after(`mount --bind ${loadavg} /proc/loadavg && ${masked}`), refuse];
    const told = await start(wrapper);
    await asks(told);
    expect(told.stderr()).toContain('missing="loadavg cgroup mountinfo"');
    expect(await findingOf(told, "proc-incomplete")).toMatchObject({
      severity: "warning",
      seen: expect.stringMatching(/^loadavg, cgroup, mountinfo cannot/),
    });
    await livesAndDies(told);
    const pid = await pidOf(told, "sleep 1301");
    const sent = await told.post(`/processes/${pid}/signal?verb=TERM&wait=5s`);
    expect([sent.status, ((await sent.json()) as Json)["outcome"].status]).toEqual([200, "exited"]);
  });
});
