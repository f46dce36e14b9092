import { describe, expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { tryPodman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import type { Pod } from "../support/pod/pod.ts";
import { sextonContainer } from "../support/pod/sexton.ts";

/* As plain containers: podman knows no native sidecars, whose kubelet would tell sexton last. */

const podOf = (name: string, env: Readonly<Record<string, string>> = {}) =>
  usePod(name, async () => ({
    containers: [await sextonContainer("signal", env), await actorContainer("app", "drains")],
  }));

async function tell(pod: Pod, container: string): Promise<void> {
  const { exitCode, stderr } = await tryPodman("kill", "--signal", "TERM", `${pod.name}-${container}`);
  if (exitCode !== 0) throw new Error(`Cannot signal ${container}: ${stderr}`);
}

/** The exit code, once it has ended. */
const ended = async (pod: Pod, container: string) =>
  Number((await tryPodman("wait", `${pod.name}-${container}`)).stdout.trim());

describe("a pod whose containers are all told to end at once", () => {
  const pod = podOf("shutdown");

  podTest("sexton goes on until the app has ended, and exits 0", async () => {
    await tell(pod(), "sexton");
    await tell(pod(), "app");
    // The app needs another second and a half.
    expect((await pod().api("/livez")).status).toBe(200);
    expect((await pod().api("/containers")).json()).toMatchObject({ containers: expect.any(Array) });
    expect(await ended(pod(), "app")).toBe(3);
    expect(await ended(pod(), "sexton")).toBe(0);
    expect(await pod().logs()).toContain('sexton goes on until the app has ended" apps=["app"]');
  });
});

describe("a Job with a preStop hook", () => {
  const hooks = JSON.stringify({ terminate: { verb: "terminate", target: "app", wait: "10s" } });
  const pod = podOf("job", {
    SEXTON_PROBES: "127.0.0.1:9098",
    SEXTON_HOOKS: hooks,
    SEXTON_SHUTDOWN_EXIT_WITH_APP: "true",
  });

  podTest("GET /hooks/terminate answers when the app has ended, and sexton ends with it", async () => {
    const answer = await pod().api("http://127.0.0.1:9098/hooks/terminate");
    expect([answer.status, answer.json()]).toEqual([
      200,
      expect.objectContaining({ hook: "terminate", status: "done" }),
    ]);
    expect((answer.json() as Json)["durationSeconds"]).toBeGreaterThan(1.4);
    expect(await ended(pod(), "app")).toBe(3);
    expect(await ended(pod(), "sexton")).toBe(0);
  });
});
