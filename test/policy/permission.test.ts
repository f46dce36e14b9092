import { describe, expect, test } from "bun:test";
import { type Credentials, explainKillDenied, fixForReading } from "#policy/permission.ts";

const capKill = 1n << 5n;
const user = (uid: number, more: Partial<Credentials> = {}): Credentials => ({
  realUid: uid,
  savedUid: uid,
  realGid: uid,
  effectiveUid: uid,
  capabilities: 0n,
  ...more,
});

describe("explainKillDenied()", () => {
  test("names both users and offers the app's user, or CAP_KILL", () => {
    const { reason, fix } = explainKillDenied(user(65_532), user(101, { realGid: 102 }));
    expect(reason).toBe("sexton runs as UID 65532 without CAP_KILL, the process as UID 101");
    expect(fix).toBe(
      [
        "securityContext:",
        "  runAsUser: 101",
        "  runAsGroup: 102",
        "# or, to signal every user's processes:",
        "securityContext:",
        "  runAsUser: 0",
        "  runAsNonRoot: false",
        "  capabilities: { drop: [ALL], add: [KILL] }",
      ].join("\n"),
    );
  });

  test("does not offer CAP_KILL where the app is root's: being root is enough", () => {
    const { fix } = explainKillDenied(user(65_532), user(0));
    expect(fix).toBe("securityContext:\n  runAsUser: 0\n  runAsGroup: 0\n  runAsNonRoot: false");
  });

  test.each([
    ["the same real user", user(101), user(101)],
    ["the saved user of a program that changed its real one", user(101), user(0, { savedUid: 101 })],
    ["the real user of a program that is setuid", user(101), user(101, { savedUid: 0, effectiveUid: 0 })],
    ["CAP_KILL", user(0, { capabilities: capKill }), user(101)],
    ["CAP_KILL among others", user(0, { capabilities: 0x1fffeffffffn }), user(101)],
  ])("finds a security module to blame where there is %s", (_, own, target) => {
    expect(explainKillDenied(own, target).reason).toContain("security module");
    expect(explainKillDenied(own, target).fix).toContain("appArmorProfile");
  });

  test.each([
    ["the target's effective user, which kill(2) does not ask for", user(101), user(0, { effectiveUid: 101 })],
    ["other capabilities than CAP_KILL", user(1, { capabilities: ~capKill & 0xffn }), user(101)],
    ["being root without capabilities", user(0), user(101)],
  ])("does not mistake %s for permission", (_, own, target) => {
    expect(explainKillDenied(own, target).reason).toContain("without CAP_KILL");
  });
});

test("fixForReading() offers the process's user and group, or the capabilities that read everybody's", () => {
  const fix = fixForReading(user(65532), user(101, { realGid: 102 }));
  expect(fix).toStartWith("securityContext:\n  runAsUser: 101\n  runAsGroup: 102\n");
  expect(fix).toContain("add: [SYS_PTRACE, DAC_READ_SEARCH]");
  expect(fixForReading(user(101), user(101))).not.toContain("runAsUser: 101");
});
