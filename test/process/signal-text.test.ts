import { describe, expect, test } from "bun:test";
import { type SignalSummary, signalText, targetsTable } from "#process/signal-text.ts";

const summary = (outcome: SignalSummary["outcome"], fields: Partial<SignalSummary> = {}): SignalSummary => ({
  target: "nginx",
  pid: 17,
  container: { id: "0f3c", name: "web", pod: null },
  verb: "reload",
  signal: "SIGHUP",
  disposition: "caught",
  sent: true,
  outcome,
  ...fields,
});

describe("signalText()", () => {
  test.each([
    [{ status: "confirmed", evidence: [], afterSeconds: 0.2 }, "confirmed after 0.2 s"],
    [{ status: "unconfirmed", evidence: [], afterSeconds: 2 }, "it is alive, and nothing seen in 2 s shows an effect"],
    [
      { status: "unconfirmed", evidence: [], afterSeconds: 2, failure: "the workers stayed" },
      "failed after 2 s: the workers stayed",
    ],
    [{ status: "exited", evidence: [], afterSeconds: 1, signal: "SIGHUP" }, "it ended after 1 s, by SIGHUP"],
    [{ status: "exited", evidence: [], afterSeconds: 1, exitCode: 7 }, "it ended after 1 s, exit code 7"],
    [{ status: "exited", evidence: [], afterSeconds: 1, exitCode: null }, "it ended after 1 s, exit code unknown"],
    [{ status: "pending", evidence: [], afterSeconds: 0 }, "not waited for"],
    [null, "not waited for"],
  ] as const)("%p", (outcome, words) => {
    expect(signalText(summary(outcome))).toBe(`Sent SIGHUP to nginx (pid 17, container web): ${words}\n`);
  });

  test("has a line for each thing that was seen", () => {
    const evidence = [
      { kind: "workers-replaced", detail: "2 started, 2 exited" },
      { kind: "file-opened", detail: "/etc/\u001b[2Jnginx.conf" },
    ];
    expect(
      signalText(summary({ status: "confirmed", evidence, afterSeconds: 0.2 }))
        .split("\n")
        .slice(1),
    ).toEqual(["  workers-replaced: 2 started, 2 exited", "  file-opened: /etc/\\x1b[2Jnginx.conf", ""]);
  });

  test("says what would have been sent", () => {
    expect(signalText(summary(null, { sent: false, container: null }))).toBe(
      "Would send SIGHUP to nginx (pid 17): caught\n",
    );
  });
});

test("targetsTable() has a line for each verb, and the problem of who has none", () => {
  const target = { name: "nginx", pid: 17, container: null, profile: "nginx", verbs: {}, problem: null };
  const verbs = { reload: { signal: "SIGHUP", disposition: "caught", willSend: true } };
  const problem = { detail: "Cannot find it" };
  expect(
    targetsTable([
      { ...target, verbs },
      { ...target, name: "gone", pid: null, profile: null, problem },
    ]),
  ).toBe(
    `TARGET  PID  CONTAINER  PROFILE  VERB    SIGNAL  DISPOSITION  WILL SEND
nginx    17  -          nginx    reload  SIGHUP  caught       yes
gone      -  -          -        -       -       -            Cannot find it
`,
  );
});
