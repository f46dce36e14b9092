/** One entry per benchmark; each returns false when a budget was missed, and throws when it could not be measured. */
const benches: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<boolean>>>> = {
  scan: async () => (await import("./scan.ts")).scan,
  latency: async () => (await import("./latency.ts")).latency,
  idle: async () => (await import("./idle.ts")).idle,
  scrape: async () => (await import("./scrape.ts")).scrape,
  churn: async () => (await import("./churn.ts")).churn,
  telemetry: async () => (await import("./telemetry.ts")).telemetry,
  zombies: async () => (await import("./zombies.ts")).zombies,
  init: async () => (await import("./init.ts")).init,
};

const [name = "", ...args] = process.argv.slice(2);
const load = benches[name];
if (!load) {
  console.error(`Cannot run benchmark ${JSON.stringify(name)}: expected one of ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
try {
  const run = await load();
  process.exitCode = (await run(args)) ? 0 : 1;
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 2;
}

export {};
