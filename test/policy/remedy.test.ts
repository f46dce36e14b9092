import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AdoptionFacts,
  type ParentFacts,
  refuseRemedy,
  type Seccomp,
  sleeps,
  type ThreadFacts,
  visitableThreads,
  workableRemedies,
} from "#policy/remedy.ts";
import { processRoles } from "#process/process.ts";
import { processStates } from "#process/state.ts";
import { type Remedy, remedies } from "#process/zombie.ts";
import { processOf } from "../support/dead.ts";

const free: Seccomp = { mode: 0, filters: 0 };
const filtered: Seccomp = { mode: 2, filters: 1 };
const asleep: ThreadFacts = {
  tid: 17,
  state: "sleeping",
  seccomp: free,
  sleep: "resumes",
};
const app = processOf({ pid: 17, name: "app" });

/** A parent that every remedy but wait could reach. */
const adoption: AdoptionFacts = {
  architecture: "x64",
  callable: true,
  tracerPid: 0,
  isNativeProgram: true,
  mayLook: true,
  yamaScope: null,
  hasPtraceCapability: false,
  fix: "securityContext: {}",
  threads: [asleep],
  ownSeccomp: free,
};
const workable: ParentFacts = {
  process: app,
  isSelf: false,
  takesChildSignal: true,
  signalRefusal: null,
  allow: null,
  adoption,
};
const adopting = (facts: Partial<AdoptionFacts>): ParentFacts => ({ ...workable, adoption: { ...adoption, ...facts } });
const thread = (facts: Partial<ThreadFacts>): ParentFacts => adopting({ threads: [{ ...asleep, ...facts }] });

test("the baseline lets everything be tried but the wait for another's child", () => {
  expect(workableRemedies(workable)).toEqual(["nudge", "adopt", "terminate-parent"]);
  expect(workableRemedies({ ...workable, isSelf: true })).toEqual(["wait"]);
});

const unsignalled = { detail: "Cannot signal app (pid 17): another user.", fix: "securityContext: { runAsUser: 0 }" };

describe("each single fact that stands in the way refuses with a sentence", () => {
  const confined = adopting({ threads: [{ ...asleep, seccomp: { mode: 2, filters: 2 } }], ownSeccomp: filtered });
  const cases: [string, Remedy, ParentFacts, string][] = [
    ["another's child", "wait", workable, "Only a parent can wait for its children, and that is app (pid 17"],
    ["sexton's own child", "nudge", { ...workable, isSelf: true }, "sexton's own child"],
    ["pid 1", "nudge", { ...workable, process: { ...app, pid: 1 } }, "pid 1, which is never signalled"],
    ["the pause of a pod", "nudge", { ...workable, process: { ...app, role: "pause" } }, "never signalled"],
    ["no handler", "nudge", { ...workable, takesChildSignal: false }, "no handler for SIGCHLD"],
    ["a signal that is not allowed", "nudge", { ...workable, allow: ["SIGHUP", "SIGTERM"] }, "takes SIGCHLD"],
    ["a signal that the kernel refuses", "nudge", { ...workable, signalRefusal: unsignalled }, "another user"],
    ["sexton itself", "terminate-parent", { ...workable, isSelf: true }, "sexton's own child"],
    ["pid 1", "terminate-parent", { ...workable, process: { ...app, pid: 1 } }, "holds the PID namespace together"],
    ["the pause of a pod", "terminate-parent", { ...workable, process: { ...app, role: "pause" } }, "pid 1"],
    ["a signal that is not allowed", "terminate-parent", { ...workable, allow: ["SIGHUP"] }, "allows SIGHUP"],
    ["no signal that is allowed", "terminate-parent", { ...workable, allow: [] }, "allows no signal"],
    ["the kernel", "terminate-parent", { ...workable, signalRefusal: unsignalled }, "another user"],
    ["sexton itself", "adopt", { ...workable, isSelf: true }, "sexton's own child"],
    ["another architecture", "adopt", adopting({ architecture: "arm64" }), "this machine is arm64"],
    ["reduced mode", "adopt", adopting({ callable: false }), "reduced mode"],
    ["a tracer", "adopt", adopting({ tracerPid: 99 }), "traced by process 99"],
    ["Yama for everybody", "adopt", adopting({ yamaScope: 3, hasPtraceCapability: true }), "ptrace_scope is 3"],
    ["Yama without the capability", "adopt", adopting({ yamaScope: 1 }), "lacks CAP_SYS_PTRACE, and kernel.yama"],
    ["a hidden process", "adopt", adopting({ mayLook: false }), "of another user or group, not dumpable"],
    ["an executable that cannot be read", "adopt", adopting({ isNativeProgram: null }), "cannot be read"],
    ["a 32-bit program", "adopt", adopting({ isNativeProgram: false }), "no 64-bit program"],
    ["a stopped process", "adopt", thread({ state: "stopped" }), "Continue it (SIGCONT)"],
    ["a stop for a tracer", "adopt", thread({ state: "tracing-stop" }), "is stopped"],
    ["a running thread", "adopt", thread({ state: "running" }), "No thread of app (pid 17"],
    ["an uninterruptible sleep", "adopt", thread({ state: "disk-sleep" }), "No thread"],
    ["a call that is not known", "adopt", thread({ sleep: "elsewhere" }), "known to go on unharmed"],
    ["no thread that can be seen", "adopt", adopting({ threads: [] }), "No thread"],
    ["a seccomp filter where sexton has none", "adopt", thread({ seccomp: filtered }), "sexton has none"],
    ["a seccomp filter", "adopt", confined, "a seccomp filter of its own"],
    ["strict seccomp", "adopt", thread({ seccomp: { mode: 1, filters: 0 } }), "a seccomp filter"],
    ["seccomp that cannot be seen", "adopt", thread({ seccomp: { mode: null, filters: null } }), "a seccomp filter"],
  ];
  test.each(cases)("%s: no %s", (_, remedy, facts, words) => {
    const refusal = refuseRemedy(remedy, facts);
    expect(refusal?.detail).toContain(words);
    expect(refusal?.detail).toMatch(/^[A-Za-z].*\.$/);
    expect(workableRemedies(facts)).not.toContain(remedy);
  });

  test("and hands on the lines that would change it", () => {
    expect(refuseRemedy("nudge", { ...workable, signalRefusal: unsignalled })).toEqual(unsignalled);
    expect(refuseRemedy("terminate-parent", { ...workable, signalRefusal: unsignalled })).toEqual(unsignalled);
    expect(refuseRemedy("adopt", adopting({ mayLook: false }))?.fix).toBe(adoption.fix);
    expect(refuseRemedy("adopt", adopting({ yamaScope: 2 }))?.fix).toBe(adoption.fix);
    expect(refuseRemedy("adopt", adopting({ isNativeProgram: null }))?.fix).toBe(adoption.fix);
    expect(refuseRemedy("adopt", thread({ seccomp: filtered }))?.fix).toContain("seccompProfile");
    expect(refuseRemedy("adopt", adopting({ tracerPid: 99 }))?.fix).toBeNull();
  });

  test("only what a moment may change is said to pass", () => {
    expect(refuseRemedy("adopt", thread({ state: "running" }))?.passing).toBe(true);
    for (const facts of [thread({ state: "stopped" }), thread({ seccomp: filtered }), adopting({ tracerPid: 9 })]) {
      expect(refuseRemedy("adopt", facts)?.passing).toBeUndefined();
    }
  });
});

describe("what does not stand in the way", () => {
  test.each<[string, Remedy, ParentFacts]>([
    ["the signals that it takes are listed", "nudge", { ...workable, allow: ["SIGCHLD"] }],
    ["SIGKILL is not listed, which may not be needed", "terminate-parent", { ...workable, allow: ["SIGTERM"] }],
    ["Yama, with the capability", "adopt", adopting({ yamaScope: 2, hasPtraceCapability: true })],
    ["Yama that is off", "adopt", adopting({ yamaScope: 0 })],
    ["pid 1 may be made to collect", "adopt", { ...workable, process: { ...app, pid: 1, role: "pause" } }],
    ["a call that cannot be read", "adopt", thread({ sleep: "unknown" })],
    ["the runtime's filter", "adopt", { ...thread({ seccomp: filtered }) }],
  ])("%s", (_, remedy, facts) => {
    const own = facts.adoption.threads[0]?.seccomp === filtered ? filtered : free;
    expect(refuseRemedy(remedy, { ...facts, adoption: { ...facts.adoption, ownSeccomp: own } })).toBeNull();
  });

  test.each<[string, Seccomp, Seccomp, boolean]>([
    ["as many filters as sexton has", { mode: 2, filters: 2 }, { mode: 2, filters: 2 }, true],
    ["one more than sexton has", { mode: 2, filters: 2 }, { mode: 2, filters: 1 }, false],
    ["one where sexton has none", { mode: 2, filters: 1 }, free, false],
    ["a number that nobody knows", { mode: 2, filters: null }, { mode: 2, filters: null }, false],
    ["none where sexton has one", free, filtered, true],
  ])("%s", (_, seccomp, ownSeccomp, allowed) => {
    const facts = adopting({ threads: [{ ...asleep, seccomp }], ownSeccomp });
    expect(refuseRemedy("adopt", facts) === null).toBe(allowed);
    expect(visitableThreads(facts.adoption)).toEqual(allowed ? [17] : []);
  });
});

describe("visitableThreads()", () => {
  test("are those asleep that may wait, best first: harmless, unknown, harmful", () => {
    const threads: ThreadFacts[] = [
      { ...asleep, tid: 1, sleep: "believes" },
      { ...asleep, tid: 2, sleep: "unknown" },
      { ...asleep, tid: 3 },
      { ...asleep, tid: 4, state: "running" },
      { ...asleep, tid: 5, sleep: "elsewhere" },
      { ...asleep, tid: 6, seccomp: filtered },
      { ...asleep, tid: 7 },
    ];
    expect(visitableThreads({ ...adoption, threads })).toEqual([3, 7, 2, 1]);
  });
});

describe("whatever the facts", () => {
  const seccomp = fc.record({
    mode: fc.option(fc.constantFrom(0, 1, 2)),
    filters: fc.option(fc.nat(3)),
  });
  const anyThread = fc.record({
    tid: fc.nat(),
    state: fc.constantFrom(...processStates),
    seccomp,
    sleep: fc.constantFrom(...sleeps),
  });
  const anyFacts: fc.Arbitrary<ParentFacts> = fc.record({
    process: fc
      .record({
        pid: fc.constantFrom(0, 1, 2, 17),
        role: fc.constantFrom(...processRoles),
        name: fc.string(),
      })
      .map((some) => ({ ...app, ...some })),
    isSelf: fc.boolean(),
    takesChildSignal: fc.boolean(),
    signalRefusal: fc.constantFrom(null, unsignalled),
    allow: fc.constantFrom(null, [], ["SIGHUP"] as const, ["SIGTERM", "SIGCHLD"] as const),
    adoption: fc.record({
      architecture: fc.constantFrom("x64", "arm64"),
      callable: fc.boolean(),
      tracerPid: fc.option(fc.nat(3)),
      isNativeProgram: fc.option(fc.boolean()),
      mayLook: fc.boolean(),
      yamaScope: fc.option(fc.nat(3)),
      hasPtraceCapability: fc.boolean(),
      fix: fc.string(),
      threads: fc.array(anyThread, { maxLength: 3 }),
      ownSeccomp: seccomp,
    }),
  });

  test("no remedy throws, and none that signals goes to pid 1 or to sexton", () => {
    const property = fc.property(anyFacts, fc.constantFrom(...remedies), (facts, remedy) => {
      const refusal = refuseRemedy(remedy, facts);
      if (refusal !== null) expect(refusal.detail).not.toBe("");
      const signals = remedy === "nudge" || remedy === "terminate-parent";
      const isProtected = facts.process.pid <= 1 || facts.process.role === "pause" || facts.isSelf;
      if (signals && isProtected) expect(refusal).not.toBeNull();
      if (remedy === "wait") expect(refusal === null).toBe(facts.isSelf);
      // What is let through has somebody to visit.
      if (remedy === "adopt" && refusal === null) expect(visitableThreads(facts.adoption)).not.toEqual([]);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
