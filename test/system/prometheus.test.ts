import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Agent, startAgent } from "../support/binary.ts";
import { readSamples } from "../support/exposition.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { checkMetrics, checkRules, describeWithPrometheus, startPrometheus } from "../support/prometheus.ts";

const isRoot = namespaceProblem === null;

describeWithPrometheus("/metrics of the binary", () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** Among processes of its own where that is possible, so that their number does not change. */
  async function start(...args: string[]): Promise<{ agent: Agent; namespace: Namespace | null }> {
    const namespace = isRoot ? await createNamespace() : null;
    const agent = await startAgent({ args, ...(namespace && { wrapper: namespace.enter }) });
    // With its namespace it ends too.
    closing.push(() => (namespace ? namespace.close() : agent.stop()));
    return { agent, namespace };
  }

  /** Between Prometheus and sexton: asks for a format, and keeps what came, and how many samples. */
  function between(agent: Agent, accept: string | null) {
    const seen = { contentType: "", encoding: "", sizes: new Set<number>() };
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const headers = { accept: accept ?? request.headers.get("accept") ?? "", "accept-encoding": "gzip" };
        const response = await agent.fetch("/metrics", { headers });
        seen.contentType = response.headers.get("content-type") ?? "";
        seen.encoding = response.headers.get("content-encoding") ?? "";
        const body = await response.text();
        seen.sizes.add(readSamples(body).size);
        return new Response(body, { headers: { "content-type": seen.contentType } });
      },
    });
    closing.push(() => server.stop(true));
    return { seen, url: server.url.href };
  }

  test.each([["off"], ["top"], ["all"]])("passes promtool check metrics with perProcess %s", async (choice) => {
    const { agent, namespace } = await start("--metrics-per-process", choice, "--metrics-top", "3");
    await nameHostile(namespace);
    await agent.post("/signal/anything");
    const metrics = await (await agent.fetch("/metrics")).text();
    expect(await checkMetrics(metrics)).toBe("");
    expect(metrics).toContain("sexton_processes{");
    expect(metrics.includes("sexton_process_cpu_seconds_total{")).toBe(choice !== "off");
  });

  test("promtool does tell what is wrong", async () => {
    expect(await checkMetrics("# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n")).toContain("a_total");
    expect(await checkMetrics('a{b="\n"} 1\n')).not.toBe("");
  });

  test("the questions of docs/metrics.md are PromQL", async () => {
    const page = readFileSync(join(import.meta.dir, "../../docs/metrics.md"), "utf8");
    const [, questions = ""] = /```promql\n([\s\S]*?)```/.exec(page) ?? [];
    const expressions = questions.split(/^# .*\n/m).filter((text) => text.trim() !== "");
    expect(expressions.length).toBeGreaterThan(4);
    const asRules = (texts: readonly string[]) => ({
      groups: [{ name: "docs", rules: texts.map((expr, index) => ({ record: `question:${index}`, expr })) }],
    });
    expect(await checkRules(asRules(expressions))).toBe("");
    expect(await checkRules(asRules(["sum(a"]))).not.toBe("");
  });

  test("a Prometheus scrapes it as OpenMetrics, which it asks for, and as text", async () => {
    const { agent, namespace } = await start("--metrics-per-process", "all");
    const hostile = await nameHostile(namespace);
    const asked = between(agent, null);
    const text = between(agent, "text/plain;version=0.0.4");
    const prometheus = await startPrometheus({ direct: agent.url, asked: asked.url, text: text.url });
    closing.push(prometheus.close);
    for (const [job, seen] of [
      ["direct", null],
      ["asked", asked.seen],
      ["text", text.seen],
    ] as const) {
      await eventually(`${job} to be up`, async () => (await prometheus.query(`up{job="${job}"}`))[0]?.value === 1);
      const scraped = await eventually("samples", async () => {
        const [result] = await prometheus.query(`scrape_samples_scraped{job="${job}"}`);
        return (result?.value ?? 0) > 50 ? result?.value : null;
      });
      if (seen) expect([...seen.sizes]).toContain(scraped);
      const families = await prometheus.query(`count by (__name__) ({job="${job}",__name__=~"sexton_.+"})`);
      expect(families.length).toBeGreaterThan(25);
      if (hostile !== null) {
        const [found] = await prometheus.query(`sexton_process_threads{job="${job}",pid="${hostile.pid}"}`);
        expect(found?.metric["name"]).toBe(hostile.name);
      }
    }
    expect(asked.seen.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(text.seen.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect([asked.seen.encoding, text.seen.encoding]).toEqual(["gzip", "gzip"]);
    // OpenMetrics has the family's name without _total, and its unit.
    expect(await prometheus.metadata("asked", "sexton_process_cpu_seconds")).toMatchObject({
      type: "counter",
      unit: "seconds",
      help: "CPU time of a process.",
    });
    expect(await prometheus.metadata("text", "sexton_process_cpu_seconds_total")).toMatchObject({
      type: "counter",
      help: "CPU time of a process.",
    });
    expect(await prometheus.metadata("asked", "sexton_scan_duration_seconds")).toMatchObject({ type: "histogram" });
    expect(await prometheus.metadata("asked", "sexton_build")).toMatchObject({ type: "info" });
    const [quantile] = await prometheus.query(
      'histogram_quantile(0.5, sexton_scan_duration_seconds_bucket{job="asked"})',
    );
    expect(quantile?.value).toBeGreaterThan(0);
    expect((await prometheus.query('sexton_build_info{job="text"}'))[0]?.metric["version"]).toMatch(/^\d+\.\d+\.\d+$/);
  });

  /** A process whose name holds what formats must escape, and bytes that are no UTF-8; null where none can be made. */
  async function nameHostile(namespace: Namespace | null): Promise<{ pid: number; name: string } | null> {
    if (namespace === null) return null;
    const child = namespace.start([
      "sh",
      "-c",
      `printf 'a"\\\\\\n{b}=\\377,' > /proc/$$/comm; echo $$; while :; do sleep 1000; done`,
    ]);
    const { value } = await child.stdout.getReader().read();
    return { pid: Number(new TextDecoder().decode(value)), name: 'a"\\\n{b}=\u{fffd},' };
  }
});
