import { describe, expect } from "bun:test";
import { until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { listProcesses, post, sextonContainer } from "../support/pod/sexton.ts";
import {
  countChildren,
  leaksPerSecond,
  leakyContainer,
  listEvents,
  listZombies,
  pulseOf,
  statusOf,
  zombieSettings,
  zombiesOf,
} from "../support/pod/zombies.ts";

type Container = Parameters<typeof sextonContainer>;

const beside = (profile: Container[0], remedy: "adopt" | "report", securityContext: Container[2] = {}) => {
  return async () => ({
    containers: [await leakyContainer("app"), await sextonContainer(profile, zombieSettings(remedy), securityContext)],
  });
};

const attachOnly = { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } };
const adopting = [
  ["signal, the UID of the app", usePod("adopt-signal", beside("signal", "adopt"))],
  ["full", usePod("adopt-full", beside("full", "adopt"))],
  ["full without KILL and DAC_READ_SEARCH", usePod("adopt-attach", beside("full", "adopt", attachOnly))],
] as const;
const reporting = usePod("report", beside("signal", "report"));

const watchedMs = 12_000;
/** A second that is left to the parent, and one between two rounds; twice that on a machine that is busy. */
const mostSeconds = 4;

/** All pods are watched at the same time, once. */
const watchAll = (() => {
  let watching: Promise<(readonly number[])[]> | undefined;
  return () => {
    const pods = [...adopting.map(([, pod]) => pod()), reporting()];
    watching ??= Promise.all(pods.map((pod) => countChildren(pod, "app", watchedMs)));
    return watching;
  };
})();

for (const [index, [profile, pod]] of adopting.entries()) {
  describe(`zombies.remedy: adopt, profile ${profile}`, () => {
    podTest("the app's zombies stay few", async () => {
      const counts = (await watchAll())[index] ?? [];
      expect(counts.length).toBeGreaterThan(watchedMs / 1000);
      expect(Math.max(...counts)).toBeLessThanOrEqual(mostSeconds * leaksPerSecond);
      // It is what is left of a leak that goes on.
      expect((await pulseOf(pod(), "app")).tick).toBeGreaterThan(2 * mostSeconds * leaksPerSecond);
    });

    podTest("the app keeps its pace and none of its sleeps is cut short", async () => {
      await watchAll();
      const { tick, afterMs, errors } = await pulseOf(pod(), "app");
      expect(errors).toBe(0);
      expect((1000 * tick) / afterMs).toBeGreaterThan(0.8 * leaksPerSecond);
    });

    podTest("each attempt is told with what it cost the app, and each zombie with the attempt", async () => {
      await watchAll();
      // One answer for both: it goes on meanwhile.
      const events = await listEvents(pod(), "zombie.remedy,zombie.reaped");
      const attempts = events.filter(({ type }) => type === "zombie.remedy");
      const reaped = events.filter(({ type }) => type === "zombie.reaped");
      expect(attempts.length).toBeGreaterThan(3);
      expect(reaped.length).toBeGreaterThan(mostSeconds * leaksPerSecond);
      for (const { process, data } of attempts) {
        expect(process).toMatchObject({ name: "leaks", container: { name: "app" } });
        expect(data).toMatchObject({ remedy: "adopt", by: "config", outcome: "reaped", detail: null });
        const { borrowedMicros, stoppedMicros, microseconds } = data;
        expect(borrowedMicros).toBeGreaterThan(0);
        expect(stoppedMicros).toBeGreaterThan(borrowedMicros);
        expect(microseconds).toBeGreaterThan(stoppedMicros);
      }
      const ids = new Set(attempts.map(({ id }) => id));
      for (const { data, cause } of reaped) {
        expect(data).toMatchObject({ by: "sexton", strategy: "adopt", parent: { name: "leaks" } });
        expect(ids).toContain(cause);
      }
      const counted = attempts.reduce((sum, { data }) => sum + data.reaped, 0);
      expect(counted).toBeGreaterThanOrEqual(reaped.length);
    });

    podTest("there is a round each second", async () => {
      await watchAll();
      const times = (await listEvents(pod(), "zombie.remedy")).map(({ time }) => Date.parse(time));
      const gaps = times.slice(1).map((time, before) => time - (times[before] ?? 0));
      const median = gaps.sort((a, b) => a - b)[gaps.length >> 1];
      expect(median).toBeGreaterThan(900);
      expect(median).toBeLessThan(1_500);
    });

    podTest("both are confined by the runtime's seccomp profile and nothing else", async () => {
      const [app, sexton] = [await statusOf(pod(), "app"), await statusOf(pod(), "sexton")];
      expect(app.get("Seccomp")).toBe("2");
      expect(sexton.get("Seccomp")).toBe("2");
      expect(app.get("Seccomp_filters")).toBe(sexton.get("Seccomp_filters"));
    });
  });
}

podTest("without DAC_READ_SEARCH the system call that the app sleeps in cannot be read", async () => {
  const [, , [, pod]] = adopting;
  expect((await statusOf(pod(), "sexton")).get("CapEff")).toBe((1n << 19n).toString(16).padStart(16, "0"));
  // /proc/<pid>/io is hidden by the same rule as /proc/<pid>/syscall; what needs ptrace access alone is not.
  const [app] = await listProcesses(pod(), "?name=leaks&limit=1&sort=start");
  const { denied } = (await pod().api(`/processes/${app?.pid}`)).json() as { denied: string[] };
  expect(denied).toContain("io");
  expect(denied).not.toContain("exe");
});

describe("zombies.remedy: report", () => {
  podTest("collects nothing: the zombies become ever more", async () => {
    const counts = (await watchAll()).at(-1) ?? [];
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(mostSeconds * leaksPerSecond + (counts[0] ?? 0));
    const { tick } = await pulseOf(reporting(), "app");
    expect((await countChildren(reporting(), "app"))[0]).toBeGreaterThanOrEqual(tick);
    expect(await listEvents(reporting(), "zombie.remedy")).toEqual([]);
    const reaped = await listEvents(reporting(), "zombie.reaped");
    expect(reaped.filter(({ data }) => data.by === "sexton")).toEqual([]);
  });

  podTest("tells who does not wait, and what would help", async () => {
    const [main] = await listProcesses(reporting(), "?name=leaks&limit=1&sort=start");
    const told = await until("a zombie to be told", async () => (await listEvents(reporting(), "zombie.detected"))[0]);
    const oldest = await until("a moment in which the app sleeps", async () => {
      const [first] = await zombiesOf(reporting(), "app");
      return first?.remedies.includes("adopt") ? first : undefined;
    });
    expect(oldest).toMatchObject({
      exitCode: 0,
      parent: { pid: main?.pid, id: main?.id, name: "leaks", role: "app", container: { name: "app" } },
      cause: "parent-not-waiting",
      remedies: ["adopt", "terminate-parent"],
    });
    expect(oldest.advice).toContain(`Have leaks (pid ${main?.pid}, container app) wait for its children`);
    expect(told["data"]).toMatchObject({ cause: "parent-not-waiting", parent: { name: "leaks" }, origin: "main" });
  });

  podTest("a zombie is still in the container that it lived in", async () => {
    const { id } = await reporting().container("app");
    const [main] = await listProcesses(reporting(), "?name=leaks&limit=1&sort=start");
    const zombies = await until("zombies of the app's main process", async () => {
      const left = (await listZombies(reporting())).filter(({ parent }) => parent?.pid === main?.pid);
      return left.length > leaksPerSecond ? left : undefined;
    });
    for (const { container, origin } of zombies) {
      expect(container).toMatchObject({ id, name: "app" });
      expect(origin).toBe("main");
    }
  });

  podTest("a zombie that an exec session leaves has the session's container, and exec as its origin", async () => {
    const session = reporting().exec("app", "/leaks", "once");
    const { id } = await reporting().container("app");
    const left = await until("the session's zombie to be told", async () => {
      const detected = await listEvents(reporting(), "zombie.detected");
      const [told] = detected.filter(({ data }) => data.origin === "exec");
      return told && (await listZombies(reporting())).find((zombie) => zombie.id === told["process"].id);
    });
    expect(left).toMatchObject({ container: { id, name: "app" }, origin: "exec", cause: "parent-not-waiting" });
    const parent = (await listProcesses(reporting(), "?name=leaks")).find(({ pid }) => pid === left.parent?.pid);
    expect(parent).toMatchObject({ ppid: 0, commandLine: "/leaks once" });

    await post(reporting(), `/processes/${parent?.pid}/signal?wait=0`, { signal: "TERM", force: true });
    await session;
    // An orphan now, and with its parent gone it is pid 1 of the pod that collects it.
    const reaped = await until("the session's zombie to be collected", async () =>
      (await listEvents(reporting(), "zombie.reaped")).find(({ process }) => process.id === left.id),
    );
    expect(reaped["data"]).toMatchObject({ by: "init", strategy: null, parent: { pid: parent?.pid } });
  });
});
