import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { manifestOf } from "../support/pod/manifests.ts";
import { eventually } from "../support/poll.ts";
import { describeWithPrometheus, type Prometheus, startPrometheus } from "../support/prometheus.ts";

type Rules = {
  readonly spec: { readonly groups: readonly { readonly rules: readonly { alert: string; expr: string }[] }[] };
};
const rules = manifestOf<Rules>("monitoring/rules.yaml", "PrometheusRule").spec.groups.flatMap((group) => group.rules);

if (namespaceProblem !== null) console.warn(`Skipped test/k8s/alerts.test.ts: ${namespaceProblem}`);

describeWithPrometheus("the alerts of k8s/monitoring on an agent's own metrics", () => {
  let namespace: Namespace;
  let agent: Agent;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (namespaceProblem !== null) return;
    namespace = await createNamespace();
    agent = await startAgent({ wrapper: namespace.enter });
    prometheus = await startPrometheus({ sexton: agent.url });
    await eventually("a first scrape", () => holds("sexton_build_info"));
  }, 60_000);
  afterAll(async () => {
    await prometheus?.close();
    await namespace?.close();
  });

  const holds = async (expr: string) => (await prometheus.query(expr)).length > 0;
  const exprOf = (alert: string) => rules.find((rule) => rule.alert === alert)?.expr ?? "";

  /** Its pid in there, once it is what it is to be. */
  async function start(...command: string[]): Promise<number> {
    namespace.start(command);
    const ending = command.join(" ").match(/sleep \d+$/)?.[0];
    return eventually(`${ending}`, async () => {
      const { processes } = await agent.json("/processes?name=sleep");
      return (processes as Json[]).find(({ commandLine }) => commandLine === ending)?.["pid"] as number | undefined;
    });
  }

  test.skipIf(namespaceProblem !== null)("all is well with the agent", async () => {
    for (const alert of ["SextonNotReady", "SextonReloadFailed", "SextonReloadPending", "SextonZombiesGrow"])
      expect({ alert, results: await prometheus.query(exprOf(alert)) }).toEqual({ alert, results: [] });
  });

  test.skipIf(namespaceProblem !== null)("a process that ends by a fault", async () => {
    const pid = await start("sleep", "1207");
    expect((await agent.post(`/processes/${pid}/signal?verb=SEGV&force=true`)).status).toBe(200);
    await eventually("the alert", async () => {
      const found = await prometheus.query(exprOf("SextonProcessCrashed"));
      return found.some(({ metric }) => metric["name"] === "sleep" && metric["signal"] === "SIGSEGV");
    });
    expect(await holds(exprOf("SextonAppIgnoresSigterm"))).toBe(false);
  });

  test.skipIf(namespaceProblem !== null)("an app that ignores SIGTERM, when it is asked to end", async () => {
    const pid = await start("sh", "-c", "trap '' TERM; exec sleep 1208");
    expect((await agent.post(`/processes/${pid}/signal?verb=terminate`)).status).toBe(409);
    await eventually("the alert", async () => {
      const found = await prometheus.query(exprOf("SextonAppIgnoresSigterm"));
      return found.some(({ metric }) => metric["outcome"] === "signal-unhandled");
    });
  });
});
