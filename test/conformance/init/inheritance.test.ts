import { expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { actor } from "../../support/init/ground.ts";
import { few, runUnder } from "../../support/init/run.ts";
import { type Shown, showBoth } from "../../support/init/shown.ts";
import { describeEach, type Subject } from "../../support/init/subjects.ts";
import { withWitness } from "../../support/init/witness.ts";
import { eventually } from "../../support/poll.ts";
import { statusOf } from "../../support/process-state.ts";

const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
// bash, since others know no descriptor above 9.
const exec = (prepare: string) => ["bash", "-c", `${prepare}; exec "$@"`, "bash"];
// The init has a parent whose limits are what it was started with.
const startedBy = (prepare: string) => ["sh", "-c", `${prepare}; "$@"; exit $?`, "sh"];

const standard = Array.from({ length: 31 }, (_, at) => 1 + at);

/** A mask without the signals of a list. */
function without(mask: string | undefined, signals: readonly number[]): string {
  const bits = signals.reduce((rest, signal) => rest & ~(1n << BigInt(signal - 1)), BigInt(`0x${mask}`));
  return bits.toString(16).padStart(16, "0");
}

const targets = ({ descriptors }: Shown) =>
  Object.fromEntries(Object.entries(descriptors).map(([fd, [target]]) => [fd, Number(fd) < 3 ? "" : target]));

function expectMasks(subject: Subject, { bare, under }: { bare: Shown; under: Shown }): void {
  const { passesDispositions, notPassed } = subject;
  const ignored = without(bare.status["SigIgn"], passesDispositions ? notPassed.ignored : standard);
  const blocked = passesDispositions ? without(bare.status["SigBlk"], notPassed.blocked) : "0".repeat(16);
  expect({ ignored: under.status["SigIgn"], blocked: under.status["SigBlk"] }).toEqual({ ignored, blocked } as never);
}

describeEach("what the child inherits", (subject) => {
  test("signals: nothing ignored and nothing blocked where nothing was", async () => {
    const { under } = await showBoth(subject);
    const { SigIgn, SigBlk, SigPnd, ShdPnd } = under.status;
    const none = "0".repeat(16);
    expect({ SigIgn, SigBlk, SigPnd, ShdPnd }).toEqual({ SigIgn: none, SigBlk: none, SigPnd: none, ShdPnd: none });
  });

  const masks = [
    ["--ignore-signal=HUP,USR1", "--block-signal=USR2"],
    ["--ignore-signal=INT,QUIT,TSTP,TTIN,TTOU", "--block-signal=TERM,CHLD,WINCH"],
    ["--ignore-signal=TERM,ABRT,SEGV,SYS,RTMIN+3,RTMAX", "--block-signal=HUP,RTMIN,RTMIN+7"],
    ["--default-signal", "--block-signal"],
    ...(subject.mindsIgnoredChild ? [["--ignore-signal=CHLD"], ["--ignore-signal", "--block-signal"]] : []),
  ];
  for (const mask of masks)
    test(`signals: as they were, ${mask.join(" ")}`, async () => {
      expectMasks(subject, await showBoth(subject, { through: ["env", ...mask] }));
    });

  if (subject.mindsIgnoredChild)
    test("signals: the child's code is known where SIGCHLD was ignored", async () => {
      const rounds = Array.from({ length: 20 }, (_, at) => at);
      const through = ["env", "--ignore-signal=CHLD"];
      const ends = await few(rounds, (code) => runUnder(subject, [actor, "exit", `${code}`], { through }));
      expect(ends.map(({ code }) => code)).toEqual(rounds);
    });

  test("signals: those that are forwarded nevertheless", async () => {
    // A child may catch what it has inherited as ignored; the init has it ignored for itself no less.
    const through = ["env", "--ignore-signal=HUP,USR1,WINCH", "--block-signal=USR2,TERM"];
    await withWitness(subject, { through }, async (started) => {
      // What is to be inherited as ignored cannot be caught before the child is there.
      const caught = () => BigInt(`0x${statusOf(started.pid, "SigCgt")}`) & 0x8000201n;
      await eventually("the init to catch them", () => subject.isReference || caught() === 0x8000201n);
      for (const [at, signal] of [1, 10, 28, 12, 15].entries()) {
        started.send(signal);
        expect((await started.receives(at + 1)).at(-1)).toBe(signal);
      }
    });
  });

  test("descriptors: none of the init's, and all that were open", async () => {
    const { bare, under } = await showBoth(subject, {
      through: exec("exec 3</dev/null 4</etc/passwd 7>/dev/null 9<&3 40</dev/zero 64</dev/full 300</dev/null"),
    });
    expect(targets(under)).toEqual(targets(bare));
    const plain = await showBoth(subject);
    expect(Object.keys(plain.under.descriptors)).toEqual(["0", "1", "2"]);
  });

  test("descriptors: no flag of an open file is changed", async () => {
    const { bare, under } = await showBoth(subject, { through: exec("exec 3</dev/null 5<>/dev/null"), input: "x" });
    const flags = ({ descriptors }: Shown) => Object.entries(descriptors).map(([fd, [, value]]) => [fd, value]);
    expect(flags(under)).toEqual(flags(bare));
  });

  test("descriptors: closed ones stay closed", async () => {
    for (const close of subject.startsWithoutStdin ? ["<&-", "<&- 2>&-", "2>&-"] : ["2>&-"]) {
      const { bare, under } = await showBoth(subject, { through: exec(`exec ${close}`) });
      expect(Object.keys(under.descriptors)).toEqual(Object.keys(bare.descriptors));
    }
  });

  test("stdin that is closed is no reason not to start, or is one", async () => {
    const { code } = await runUnder(subject, ["sh", "-c", "exit 7"], { through: exec("exec <&-") });
    expect(code).toBe(subject.startsWithoutStdin ? 7 : 1);
  });

  test("environment: as it was", async () => {
    const env = {
      A: "1",
      EMPTY: "",
      "a.b": "x y\nz",
      TINI_VERBOSITY: "1",
      DUMB_INIT_DEBUG: "0",
      BUN_JSC_useFTLJIT: "0",
    };
    const { bare, under } = await showBoth(subject, { env });
    const kept = bare.environment.filter(
      (entry) => subject.dropped === null || !subject.dropped.test(Buffer.from(entry, "hex").toString()),
    );
    expect(under.environment).toEqual(kept);
    expect(kept.length).toBe(bare.environment.length - (subject.dropped === null ? 0 : 1));
  });

  test("environment and arguments: any bytes", async () => {
    const through = ["sh", "-c", `export X="$(printf '\\377\\200=\\001')"; exec "$@" "$(printf 'a\\351\\377')"`, "sh"];
    const { bare, under } = await showBoth(subject, { through, arguments: ["é€😀", "\t\n"] });
    expect(bare.arguments).toEqual([Buffer.from("é€😀").toString("hex"), hex("\t\n"), hex("a\xe9\xff")]);
    expect(under.arguments).toEqual(bare.arguments);
    expect(under.environment).toContain(hex("X=\xff\x80=\x01"));
  });

  test("arguments: spaces, empty ones, what looks like options", async () => {
    const given = ["a b", "", " ", "--", "-s", "-h", "--version", "$HOME", "*", "", "--", "=", "x".repeat(100_000)];
    const { under } = await showBoth(subject, { arguments: given });
    expect(under.arguments).toEqual(given.map(hex));
  });

  test("limits, umask, niceness and what else a process is born with", async () => {
    const through = startedBy("umask 027; ulimit -Sn 500; ulimit -Su 5000; ulimit -c 0; ulimit -s 4096");
    const { bare, under } = await showBoth(subject, {
      through: ["nice", "-n", "3", "choom", "-n", "7", "--", ...through],
    });
    expect(under.limits).toEqual(bare.limits);
    const rest = ({ umask, nice, dumpable, timerSlack, oom_score_adj, folder }: Shown) => ({
      ...{ umask, nice, dumpable, timerSlack, oom_score_adj, folder },
    });
    expect(rest(under)).toEqual(rest(bare));
    const lines = ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"];
    const status = (shown: Shown) =>
      [...lines, "Cpus_allowed", "Mems_allowed", "THP_enabled"].map((name) => shown.status[name]);
    expect(status(under)).toEqual(status(bare));
    expect(bare.limits["Max open files"]).toStartWith("500 ");
  });

  test("working directory, which may be anywhere", async () => {
    for (const cwd of ["/", "/usr/share/doc"]) {
      const { under } = await showBoth(subject, { cwd });
      expect(under.folder).toBe(hex(cwd));
    }
  });

  test("argv[0] is the program as it was named, found by PATH", async () => {
    const programs = [
      ["sh", "-c", 'echo "$0"'],
      ["/bin/sh", "-c", 'echo "$0"'],
    ];
    const said = await few(programs, async (program) => (await runUnder(subject, program)).out);
    expect(said).toEqual(["sh\n", "/bin/sh\n"]);
    const { out } = await runUnder(subject, ["cat", "/proc/self/cmdline"]);
    expect(out).toBe("cat\0/proc/self/cmdline\0");
  });

  test("a group of its own, or a session", async () => {
    const { under } = await showBoth(subject);
    expect(under.group).toBe(under.pid);
    expect(under.session === under.pid).toBe(subject.setsid);
    if (subject.options.singleChild !== null && subject.setsid) {
      const single = await showBoth(subject, { options: subject.options.singleChild });
      expect(single.under.group).not.toBe(single.under.pid);
    }
  });

  test("the init's own working directory", async () => {
    await withWitness(subject, { cwd: "/usr" }, async (started) => {
      // It goes there when the child is there already.
      const folder = () => readlinkSync(`/proc/${started.pid}/cwd`);
      await eventually("the init to be there", () => folder() === (subject.folder ?? "/usr"));
    });
  });

  test("stdin: a pipeline under a shell", async () => {
    const pipeline = (init: string) => `printf 'x\\ny\\n' | ${init} | wc -c`;
    const { out } = await runUnder(subject, ["sh", "-c", pipeline("cat")]);
    expect(out.trim()).toBe("4");
    const { out: other } = await runUnder(subject, ["cat"], { through: ["sh", "-c", pipeline('"$@"'), "sh"] });
    expect(other.trim()).toBe("4");
  });
});
