import { describe, expect } from "bun:test";
import { parse } from "yaml";
import { until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { sextonContainer } from "../support/pod/sexton.ts";
import {
  adoptZombies,
  countChildren,
  leakyContainer,
  listEvents,
  pulseOf,
  statusOf,
  zombieSettings,
  zombiesOf,
} from "../support/pod/zombies.ts";

const podWith = async (securityContext: object) => ({
  containers: [
    await leakyContainer("app"),
    await leakyContainer("confined", "filtered"),
    await leakyContainer("restless", "restless"),
    await sextonContainer("observe", zombieSettings("report"), securityContext),
  ],
});

const refused = usePod("adopt-refused", () => podWith({}));

/** The alternatives that a refusal names, as security contexts. */
async function fixes(): Promise<readonly object[]> {
  const { results } = await adoptZombies(refused(), await zombiesOf(refused(), "app"));
  const alternatives = results[0]?.fix?.split(/^# or.*\n/m) ?? [];
  return alternatives.map((yaml) => (parse(yaml) as { securityContext: object }).securityContext);
}

describe("another UID without CAP_SYS_PTRACE", () => {
  podTest(
    "each zombie is refused with a sentence that names the capability, and with the lines that mend it",
    async () => {
      const zombies = await zombiesOf(refused(), "app");
      const { reaped, remaining, results } = await adoptZombies(refused(), zombies);
      expect({ reaped, remaining }).toEqual({ reaped: 0, remaining: zombies.length });
      expect(results.map(({ pid }) => pid).sort()).toEqual(zombies.map(({ pid }) => pid).sort());
      for (const { strategy, outcome, detail, fix } of results) {
        expect({ strategy, outcome }).toEqual({ strategy: "adopt", outcome: "refused" });
        expect(detail).toContain("lacks CAP_SYS_PTRACE");
        expect(detail).toContain("leaks (pid ");
        expect(fix).toContain("securityContext:");
      }
      expect(await fixes()).toEqual([
        { runAsUser: 101, runAsGroup: 101 },
        { runAsUser: 0, runAsNonRoot: false, capabilities: { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_READ_SEARCH"] } },
      ]);
    },
  );

  podTest("no remedy is promised, and how the process ended is unknown rather than 0", async () => {
    for (const { remedies, exitCode } of await zombiesOf(refused(), "app")) {
      expect({ remedies, exitCode }).toEqual({ remedies: [], exitCode: null });
    }
  });

  podTest("the refusal is told, and nobody was stopped for it", async () => {
    await adoptZombies(refused(), await zombiesOf(refused(), "app"));
    const told = (await listEvents(refused(), "zombie.remedy")).at(-1);
    expect(told?.["data"]).toMatchObject({ by: "request", outcome: "refused", reaped: 0, stoppedMicros: null });
    expect(told?.["data"].detail).toContain("CAP_SYS_PTRACE");
  });
});

for (const [index, title] of ["the UID of the app", "the capability"].entries()) {
  describe(`mended with ${title}`, () => {
    const mended = usePod(`adopt-mended-${index}`, async () => podWith((await fixes())[index] ?? {}));

    podTest("the same request has the app collect its zombies", async () => {
      const zombies = await zombiesOf(mended(), "app");
      const { reaped, remaining, results } = await adoptZombies(mended(), zombies);
      expect({ reaped, remaining }).toEqual({ reaped: zombies.length, remaining: 0 });
      for (const { detail } of results) expect(detail).toContain("was made to collect it");
      expect((await pulseOf(mended(), "app")).errors).toBe(0);
    });

    podTest("an app that is awake half of the time is waited for", async () => {
      for (let left = 8; left > 0; left--) {
        const { remaining, results } = await adoptZombies(mended(), await zombiesOf(mended(), "restless", 1));
        expect({ remaining, results }).toMatchObject({ remaining: 0 });
      }
      expect((await pulseOf(mended(), "restless")).errors).toBe(0);
    });

    podTest("an app with a seccomp filter of its own is refused before it is attached to, and lives", async () => {
      const [confined, sexton] = [await statusOf(mended(), "confined"), await statusOf(mended(), "sexton")];
      expect(Number(confined.get("Seccomp_filters"))).toBe(Number(sexton.get("Seccomp_filters")) + 1);
      const zombies = await zombiesOf(mended(), "confined");
      expect(zombies[0]?.remedies).not.toContain("adopt");
      const { reaped, results } = await adoptZombies(mended(), zombies);
      expect(reaped).toBe(0);
      for (const { outcome, detail } of results) {
        expect(outcome).toBe("refused");
        expect(detail).toContain("seccomp filter of its own");
      }
      const told = (await listEvents(mended(), "zombie.remedy")).at(-1);
      expect(told?.["data"]).toMatchObject({ outcome: "refused", stoppedMicros: null, borrowedMicros: null });
      // waitid(2) would have killed it: it goes on, and with it the leak.
      const [before = 0] = await countChildren(mended(), "confined");
      await until(
        "the next zombie",
        async () => ((await countChildren(mended(), "confined"))[0] ?? 0) > before || undefined,
      );
      expect((await pulseOf(mended(), "confined")).errors).toBe(0);
    });
  });
}
