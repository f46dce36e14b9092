import { describe, expect } from "bun:test";
import { until } from "../support/pod/command.ts";
import { nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { idsOf, nginxProcesses, post, sextonContainer } from "../support/pod/sexton.ts";

const nginxBeside = (profile: Parameters<typeof sextonContainer>[0]) => async () => ({
  containers: [await nginxContainer(), await sextonContainer(profile)],
  volumes: nginxVolumes,
});

describe("another UID and no CAP_KILL", () => {
  const pod = usePod("observe", nginxBeside("observe"));

  podTest("POST /signal/reload answers 403 with the lines that mend it", async () => {
    const before = await nginxProcesses(pod());
    const answer = await post(pod(), "/signal/reload");
    expect(answer.json()).toMatchObject({ kind: "permission-denied" });
    expect(answer.status).toBe(403);
    const { fix, detail } = answer.json() as { fix: string; detail: string };
    expect(fix).toContain("runAsUser: 101");
    expect(fix).toContain("runAsGroup: 101");
    expect(detail).toContain("65532");
    expect(idsOf((await nginxProcesses(pod())).workers)).toEqual(idsOf(before.workers));
  });
});

// CAP_KILL is for signalling only: UID 0 without SYS_PTRACE cannot look into a process of UID 101.
const rights = [
  ["signal", true],
  ["signal-any", false],
  ["full", true],
] as const;

for (const [profile, readsExe] of rights) {
  describe(`profile ${profile}`, () => {
    const pod = usePod(`profile-${profile}`, nginxBeside(profile));

    podTest("signals nginx", async () => {
      const before = await nginxProcesses(pod());
      const answer = await post(pod(), "/signal/reload?wait=0");
      expect(answer.json()).toMatchObject({ sent: true, signal: "SIGHUP", pid: before.master.pid });
      await until("nginx to replace its workers", async () => {
        const { workers } = await nginxProcesses(pod());
        return idsOf(workers).some((id) => idsOf(before.workers).includes(id)) ? undefined : true;
      });
    });

    const exe = readsExe ? "/usr/sbin/nginx" : null;
    podTest(`sees ${exe} as the path of nginx's executable`, async () => {
      const { master } = await nginxProcesses(pod());
      expect(master.exe).toBe(exe);
    });
  });
}
