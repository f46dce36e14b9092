import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../../support/binary.ts";
import { actor } from "../../support/init/ground.ts";
import { runUnder } from "../../support/init/run.ts";
import { type Shown, showBoth } from "../../support/init/shown.ts";
import { describeEach } from "../../support/init/subjects.ts";
import { type Witness, withWitness } from "../../support/init/witness.ts";
import { eventually } from "../../support/poll.ts";
import { stateOf } from "../../support/process-state.ts";

const addressOf = (started: Witness) =>
  eventually("the agent to serve", () => /addresses=\["([^"]+)"/.exec(started.complaints())?.[1]).catch((cause) => {
    throw new Error(`${cause}; it says: ${started.complaints()}`);
  });

/** Whether one of a process's sockets listens: state 0A of /proc/net/tcp. */
function listens(pid: number): boolean {
  const inodes = ["tcp", "tcp6"].flatMap((file) =>
    readFileSync(`/proc/${pid}/net/${file}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A")
      .map((fields) => `socket:[${fields[9]}]`),
  );
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return own.some((target) => inodes.includes(target));
}

describeEach(
  "the agent beside the child",
  (subject) => {
    test("answers while the child runs, and the child has its signals no less", async () => {
      // It is quiet where nobody asks for more.
      await withWitness(subject, { options: ["-v"] }, async (started) => {
        const address = await addressOf(started);
        const answer = await fetch(`http://${address}/processes`);
        const { processes } = (await answer.json()) as Json;
        const pids = processes.map((each: Json) => each["pid"]);
        expect(pids).toContain(started.own);
        for (const [at, signal] of [15, 1, 10, 34].entries()) {
          started.send(signal);
          expect((await started.receives(at + 1)).at(-1)).toBe(signal);
        }
        expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
        process.kill(started.own, "SIGKILL");
        expect(await started.ended).toEqual({ code: 137, signal: null });
      });
    });

    test("that cannot have its port is a warning, and nothing to the child", async () => {
      const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      const env = { SEXTON_LISTEN: `127.0.0.1:${taken.port}` };
      try {
        await withWitness(subject, { env }, async (started) => {
          await eventually("the warning", () => started.complaints().includes(`${taken.port}`));
          started.send(15);
          expect(await started.receives(1)).toEqual([15]);
          process.kill(started.own, "SIGKILL");
          expect((await started.ended).code).toBe(137);
        });
      } finally {
        taken.stop();
      }
    });

    test("that says what nobody reads does not keep the child from its signals", async () => {
      // A pipe that is full, and stays so: whoever writes to it waits.
      const folder = mkdtempSync(join(tmpdir(), "sexton-full-"));
      const full = `mkfifo ${folder}/pipe; exec 9<>${folder}/pipe 2>${folder}/pipe; head -c 65536 /dev/zero >&2; exec "$@"`;
      const program = ["bash", "-c", 'exec "$0" witness --seconds 20 2>/dev/null', actor];
      try {
        const through = ["bash", "-c", full, "bash"];
        await withWitness(subject, { through, options: ["-vvv"], program }, async (started) => {
          for (const [at, signal] of [15, 1, 10, 34, 12].entries()) {
            started.send(signal);
            expect((await started.receives(at + 1)).at(-1)).toBe(signal);
          }
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test("whose telemetry nobody answers does not hold up the end for long", async () => {
      const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silent.port}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: "20000",
        OTEL_BSP_EXPORT_TIMEOUT: "20000",
      };
      try {
        const program = ["sh", "-c", "sleep 1; date +%s%3N; exit 7"];
        const { code, out } = await runUnder(subject, program, { env });
        expect(code).toBe(7);
        // Two seconds, however long an exporter is to wait.
        expect(Date.now() - Number(out)).toBeLessThan(4_000);
      } finally {
        silent.stop(true);
      }
    });

    test("whose settings are wrong is a warning, and nothing to the child", async () => {
      const program = ["sh", "-c", "sleep 1; exit 7"];
      const { code, err } = await runUnder(subject, program, { env: { SEXTON_LISTEN: "nonsense:x:y" } });
      expect(code).toBe(7);
      expect(err).toMatch(/listen/i);
    });
  },
  (subject) => subject.place === "init",
);

describeEach(
  "options of sexton init alone",
  (subject) => {
    test("--no-api: nothing listens", async () => {
      await withWitness(subject, {}, async (started) => {
        await eventually("it to listen", () => listens(started.pid));
      });
      await withWitness(subject, { options: ["--no-api", "-v"] }, async (started) => {
        // Well behind the time that the other has taken.
        const until = Date.now() + 1_000;
        while (Date.now() < until) {
          expect(listens(started.pid)).toBe(false);
          started.send(10);
          await started.receives(started.received().length + 1);
        }
        expect(started.complaints()).not.toContain("serves");
      });
    });

    const leaves = (rest: string) => ["sh", "-c", `trap "exit 3" USR2; ${rest} & while :; do sleep 0.01; done`, actor];

    test("--grace: who is left is told to end, and waited for", async () => {
      const rest = 'sh -c "trap \\"sleep 0.3; echo 15; exit\\" TERM; echo ready \\$\\$; while :; do sleep 0.01; done"';
      await withWitness(subject, { options: ["--grace", "10s"], program: leaves(rest) }, async (started) => {
        process.kill(started.pid, 12);
        expect((await started.ended).code).toBe(3);
        expect(started.received()).toEqual([15]);
      });
    });

    test("--grace: who does not end is killed when it is over", async () => {
      const options = ["--grace=500ms"];
      await withWitness(subject, { options, program: leaves('"$0" witness') }, async (started) => {
        const start = performance.now();
        process.kill(started.pid, 12);
        expect((await started.ended).code).toBe(3);
        expect(performance.now() - start).toBeGreaterThan(490);
        expect(started.received()).toEqual([15]);
        expect(() => process.kill(started.own, 0)).toThrow();
      });
    });

    test("--grace: is not waited for where nobody is left", async () => {
      const start = performance.now();
      const { code } = await runUnder(subject, [actor, "exit", "4"], { options: ["--grace", "20s", "--no-api"] });
      expect(code).toBe(4);
      expect(performance.now() - start).toBeLessThan(10_000);
    });

    test("--nofile: is the child's soft limit", async () => {
      const { bare, under } = await showBoth(subject, { options: ["--nofile", "333"] });
      const hard = ({ limits }: Shown) => limits["Max open files"]?.split(/\s+/)[1];
      expect(under.limits["Max open files"]).toStartWith("333 ");
      expect(hard(under)).toBe(hard(bare) as string);
    });

    test("--setsid: a session, whose group gets the signals and is suspended", async () => {
      const { under } = await showBoth(subject, { options: ["--setsid"] });
      expect(under.session).toBe(under.pid);
      await withWitness(subject, { options: ["--setsid"] }, async (started) => {
        const both = [started.pid, started.own];
        started.send(20);
        await eventually("both to stop", () => both.every((pid) => stateOf(pid) === "T"));
        started.send(18);
        expect(await started.receives(1)).toEqual([18]);
      });
    });
  },
  (subject) => subject.place === "init",
);
