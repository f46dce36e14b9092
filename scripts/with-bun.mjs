#!/usr/bin/env node
// The bridge from a machine that has only Node 20+ and npm (or only Bun) to the pinned Bun and the locked
// dependencies. Plain JavaScript and no dependency, because it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const bunVersion = JSON.parse(readFileSync(join(top, "package.json"), "utf8")).devDependencies.bun;
const [task, ...args] = process.argv.slice(2);

const lint = [
  ["x", "biome", "ci", "."],
  ["x", "tsc", "-p", "."],
  ["x", "tsc", "-p", "src/ui"],
  ["x", "tsc", "-p", "test/browser"],
  ["--bun", "x", "knip"],
];
// Real processes and pods on a busy two-core machine need more than bun's 5 s. (bunfig.toml cannot say so in Bun 1.4.5.)
const tests = ["test", "--timeout", "30000", ...args];
const tasks = {
  build: [["scripts/build.ts"]],
  start: [["scripts/build.ts"]],
  test: [["scripts/build.ts"], tests],
  // A virtual machine of its own: minutes, a download at the first time, root.
  "test:vm": [["scripts/build.ts"], ["scripts/test-vm.ts", ...args]],
  lint,
  check: [...lint, ["scripts/build.ts"], tests],
  bench: [["scripts/build.ts"], ["bench/main.ts", ...args]],
  docs: [["scripts/docs.ts"]],
  // Known weaknesses of what is installed, by the registry.
  audit: [["audit", "--audit-level=high", ...args]],
  sbom: [["scripts/sbom.ts"]],
  release: [["scripts/release.ts", ...args]],
};

function run(command, commandArgs, options = {}) {
  const { status, signal, error } = spawnSync(command, commandArgs, { cwd: top, stdio: "inherit", ...options });
  if (error) throw error;
  if (signal) process.exit(130);
  if (status !== 0) process.exit(status ?? 1);
}

function isPinnedBun(path) {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.trim() === bunVersion;
}

/** The pinned Bun: the one that runs this, an installed one, or one fetched from npm into .toolchain. */
function findBun() {
  const arch = process.arch === "arm64" ? "aarch64" : "x64";
  // glibcVersionRuntime is absent on musl systems (Alpine), which need Bun's musl build.
  const musl =
    process.platform === "linux" && !process.versions.bun && !process.report.getReport().header.glibcVersionRuntime;
  const inside = join("node_modules", "@oven", `bun-${process.platform}-${arch}${musl ? "-musl" : ""}`, "bin", "bun");
  const candidates = [
    process.versions.bun === bunVersion ? process.execPath : "",
    join(top, inside),
    join(top, ".toolchain", inside),
    ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "bun")),
  ];
  const found = candidates.find((path) => path && existsSync(path) && isPinnedBun(path));
  if (found) return found;
  console.error(`Installing Bun ${bunVersion} into .toolchain`);
  const npm = [
    "install",
    "--no-save",
    "--no-package-lock",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const toolchain = join(top, ".toolchain");
  mkdirSync(toolchain, { recursive: true });
  // Without its scripts the package is only the prebuilt binary, which is all that is wanted here.
  if (process.versions.bun) run(process.execPath, ["add", "--cwd", toolchain, "--exact", `bun@${bunVersion}`]);
  else run("npm", [...npm, "--prefix", toolchain, `bun@${bunVersion}`]);
  return join(toolchain, inside);
}

/** Installs what bun.lock says, when it has changed since the last time. */
function installDependencies(bun) {
  const stamp = join(top, "node_modules", ".locked");
  const lock = statSync(join(top, "bun.lock")).mtimeMs;
  if (existsSync(stamp) && Number(readFileSync(stamp, "utf8")) === lock) return;
  run(bun, ["install", "--frozen-lockfile", "--silent"]);
  writeFileSync(stamp, String(lock));
}

if (!Object.hasOwn(tasks, task)) {
  console.error(`Cannot run ${JSON.stringify(task)}: expected one of ${Object.keys(tasks).join(", ")}`);
  process.exit(2);
}
const bun = findBun();
installDependencies(bun);
const env = { ...process.env, PATH: `${dirname(bun)}${delimiter}${process.env.PATH}` };
for (const step of tasks[task]) run(bun, step, { env });
if (task === "start") await (args.includes("--demo") ? demo(args.filter((arg) => arg !== "--demo")) : serve(args));

/** Says by itself what to try, and ends by itself on Ctrl-C, which the whole terminal hears of. */
async function demo(demoArgs) {
  const sexton = spawn(join(top, "dist", "sexton"), ["demo", ...demoArgs], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => sexton.kill(signal));
  process.exit(
    await new Promise((resolve) => sexton.on("exit", (code, signal) => resolve(code ?? (signal ? 130 : 1)))),
  );
}

/** Runs what was built on this machine's own processes, and says what to try once it answers. */
async function serve(serveArgs) {
  const sexton = spawn(join(top, "dist", "sexton"), serveArgs, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => sexton.kill(signal));
  const exited = new Promise((resolve) => sexton.on("exit", (code, signal) => resolve(code ?? (signal ? 130 : 1))));
  const flag = serveArgs.findLastIndex((arg) => arg === "--listen" || arg.startsWith("--listen="));
  const given = flag < 0 ? process.env.SEXTON_LISTEN : (serveArgs[flag].split("=")[1] ?? serveArgs[flag + 1]);
  const address = (given ?? "127.0.0.1:9099").split(",")[0];
  if (await isReady(address, exited)) {
    console.log(`
Try these in another terminal:
  curl '${address}/processes?pretty=true&sort=-rss&limit=10'
  curl ${address}/signal
  curl -X POST '${address}/processes/${process.pid}/signal?dryRun=true' -d TERM
`);
  }
  process.exit(await exited);
}

async function isReady(address, exited) {
  let running = true;
  exited.then(() => {
    running = false;
  });
  for (const deadline = Date.now() + 10_000; running && Date.now() < deadline; ) {
    try {
      if ((await fetch(`http://${address}/readyz`)).ok) return running;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
