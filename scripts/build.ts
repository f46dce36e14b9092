// Builds dist/sexton and nothing else. Each flag has its reason:
// --bytecode (with esm) takes parsing off the start, --splitting keeps what is imported on demand out of
// memory until it is asked for, --smol bounds the heap's growth, and the autoload switches keep a .env or
// bunfig.toml in the working directory from changing how the compiled agent behaves.
const outfile = process.argv[2] ?? "dist/sexton";
const build = Bun.spawnSync(
  [
    process.execPath,
    "build",
    "--compile",
    "--minify",
    "--bytecode",
    "--format=esm",
    "--splitting",
    "--compile-exec-argv=--smol",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    `--outfile=${outfile}`,
    "src/main.ts",
  ],
  { cwd: `${import.meta.dir}/..`, stdout: "pipe", stderr: "pipe" },
);
if (!build.success) {
  process.stderr.write(build.stdout);
  process.stderr.write(build.stderr);
}
process.exit(build.exitCode ?? 1);
