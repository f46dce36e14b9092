import { describe, expect, test } from "bun:test";
import { eventually } from "../../support/poll.ts";
import { type Prefork, startPrefork } from "../../support/prefork.ts";
import { end, reloadingApps } from "../../support/reloading-apps.ts";
import { childrenOf } from "../../support/servers.ts";

const { agent, start, python, reload, atEnd } = reloadingApps();
const unconfirmed = { status: "unconfirmed", evidence: [] };

/** What has lived for a moment may end by chance at any time; this has lived long enough. */
async function grown(pid: number, ageMs = 1_200) {
  const found = agent().agent.process({ pid, startTicks: null });
  if ("kind" in found) throw new Error(found.detail);
  await eventually(`process ${pid} to grow old`, () => Date.now() - found.startedAt > ageMs);
}

describe("workers of an app that nobody knows", () => {
  async function prefork(workers: number): Promise<Prefork> {
    const app = await startPrefork(workers, "secret");
    atEnd(() => app.close());
    await eventually("all workers", () => app.workers().length === workers);
    // On a busy machine it takes a while until all of them have gone.
    await grown(app.pid, 3_500);
    return app;
  }

  test.each([1, 3])("replaced, %d of them", async (count) => {
    const app = await prefork(count);
    expect(await reload(app.pid)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced", detail: `${count} started, ${count} exited` }],
    });
  });

  test.each(["SIGSEGV", "SIGKILL"] as const)(
    "a single one that ends by %s, and is replaced for that",
    async (signal) => {
      const { pid } = await python(
        "import os, signal, time",
        "signal.signal(signal.SIGHUP, lambda *_: None)",
        "def work():",
        "    if os.fork() == 0:",
        "        while True: signal.pause()",
        "work()",
        "print('ready')",
        "while True:",
        "    os.wait()",
        "    work()",
      );
      await grown(pid);
      const [worker = 0] = childrenOf(pid);
      const reloading = reload(pid);
      await Bun.sleep(1);
      end(worker, signal);
      expect(await reloading).toMatchObject(unconfirmed);
      expect(childrenOf(pid)).toHaveLength(1);
      expect(childrenOf(pid)).not.toEqual([worker]);
    },
  );

  test("a session that ends at that moment, as another has before", async () => {
    const { pid } = await python(
      "import os, signal",
      "signal.signal(signal.SIGHUP, lambda *_: None)",
      "print('ready')",
      "while True:",
      "    if os.fork() == 0: signal.pause()",
      "    os.wait()",
    );
    const sessionOf = () => eventually("a session", () => childrenOf(pid)[0]);
    const endSession = async () => {
      const session = await sessionOf();
      end(session, "SIGTERM");
      await eventually("the next", () => !childrenOf(pid).includes(session) && childrenOf(pid).length === 1);
    };
    const oldEnough = async () => grown(await sessionOf());
    await oldEnough();
    await endSession();
    await oldEnough();
    const reloading = reload(pid);
    await Bun.sleep(1);
    await endSession();
    expect(await reloading).toMatchObject(unconfirmed);
  });

  test("jobs of a shell", async () => {
    const { pid } = await start(["sh", "-c", "trap : HUP; echo ready; while :; do sleep 0.1; done"]);
    await grown(pid);
    expect(await reload(pid)).toMatchObject(unconfirmed);
  });

  test.each([1, 3])("sessions that come and go, %d at a time", async (count) => {
    const { pid } = await python(
      "import os, signal, time",
      "signal.signal(signal.SIGHUP, lambda *_: None)",
      "print('ready')",
      "living = 0",
      "while True:",
      `    while living < ${count}:`,
      "        if os.fork() == 0:",
      "            time.sleep(0.3)",
      "            os._exit(0)",
      "        living += 1",
      "    os.wait()",
      "    living -= 1",
    );
    await grown(pid);
    expect(await reload(pid)).toMatchObject(unconfirmed);
  });
});
