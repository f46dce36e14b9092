import { describe, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { eventually } from "./poll.ts";

const missing = ["prometheus", "promtool"].filter((program) => Bun.which(program) === null);
const reason = missing.length === 0 ? null : `not installed: ${missing.join(", ")} (Debian's package prometheus)`;

/** Tests that need a real Prometheus: skipped with the reason where there is none, unless it is required. */
export function describeWithPrometheus(title: string, body: () => void): void {
  if (reason === null) describe(title, body);
  else if (process.env["REQUIRE_PROMETHEUS_TESTS"] === "1") {
    test(title, () => {
      throw new Error(`Cannot run these tests: ${reason}`);
    });
  } else {
    console.warn(`Skipped ${title}: ${reason}`);
    describe.skip(title, body);
  }
}

/** What `promtool check metrics` has to say, which reads the text format 0.0.4; nothing when all is well. */
export function checkMetrics(metrics: string): Promise<string> {
  return promtool(["metrics"], metrics);
}

/** The same of recording rules, as an object. */
export async function checkRules(rules: object): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-prometheus-"));
  const file = join(folder, "rules.yml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(rules));
  const said = await promtool(["rules", file], "");
  rmSync(folder, { recursive: true });
  return said;
}

async function promtool(what: readonly string[], input: string): Promise<string> {
  const child = Bun.spawn(["promtool", "check", ...what], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  child.stdin.write(input);
  await child.stdin.end();
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return code === 0 ? "" : `exit code ${code}: ${out}${err}`;
}

type Labels = Readonly<Record<string, string>>;

export interface Prometheus {
  /** An instant query: labels and value of each result. */
  query(expression: string): Promise<readonly { readonly metric: Labels; readonly value: number }[]>;
  /** What it has learned of a metric from HELP, TYPE and UNIT. */
  metadata(target: string, metric: string): Promise<Labels | null>;
  close(): Promise<void>;
}

/** A Prometheus on loopback that scrapes these addresses each second, each as a job of its name. */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-prometheus-"));
  const jobs = Object.entries(targets).map(([job, address]) => ({
    job_name: job,
    static_configs: [{ targets: [new URL(address).host] }],
  }));
  const config = { global: { scrape_interval: "1s", scrape_timeout: "1s" }, scrape_configs: jobs };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const port = freePort();
  const child = Bun.spawn(
    [
      "prometheus",
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { cwd: folder, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const said = child.stderr.text();
  const get = async (path: string) =>
    (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as { readonly data: unknown };
  const close = async () => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  await eventually("Prometheus to be ready", async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}: ${await said}`);
    return fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    close,
    async query(expression) {
      const { data } = await get(`query?query=${encodeURIComponent(expression)}`);
      const { result } = data as { result: { metric: Labels; value: [number, string] }[] };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async metadata(job, metric) {
      const target = encodeURIComponent(`{job="${job}"}`);
      const { data } = await get(`targets/metadata?match_target=${target}&metric=${encodeURIComponent(metric)}`);
      return (data as Labels[])[0] ?? null;
    },
  };
}
