// Builds dist/sexton and nothing else. Arguments: where to put it; for the benchmarks, another program to build the same
// way; for a release, another system (linux-arm64-musl) and the Bun of that system. Each setting has its reason: bytecode
// (with esm) takes parsing off the start, splitting keeps what is imported on demand out of memory until it is asked for,
// --smol bounds the heap's growth, and the autoload switches keep a .env or bunfig.toml in the working directory from
// changing how the compiled agent behaves.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hostTarget, revision } from "./identity.ts";
import { embedPage } from "./page.ts";

const [outfile = "dist/sexton", entrypoint = "src/main.ts", system = hostTarget(), executablePath] =
  process.argv.slice(2);
const top = join(import.meta.dir, "..");

/**
 * The gRPC exporters load @grpc/grpc-js by `createRequire(import.meta.url)`, which no bundler can follow: a compiled
 * binary would look for it in a node_modules that is not there. And one of them imports it after all, so that 2 MB are in
 * memory whatever the protocol is. As plain `require` it is bundled, and loaded when it is used.
 * For @opentelemetry/otlp-grpc-exporter-base 0.301.0; another version may need something else, or nothing.
 */
const bundleGrpc: Bun.BunPlugin = {
  name: "bundle @grpc/grpc-js",
  setup(build) {
    build.onLoad({ filter: /\/otlp-grpc-exporter-base\/dist\/.*\.mjs$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const contents = source
        .replace(/\b__require\("/g, 'require("')
        .replace('import * as grpc from "@grpc/grpc-js";', "")
        .replace(/\bgrpc\.makeGenericClientConstructor\(/g, 'require("@grpc/grpc-js").makeGenericClientConstructor(');
      return { contents, loader: "js" };
    });
  },
};

// The bundler writes the file's name into it, and the same source is to make the same binary whatever it is called.
const target = resolve(top, outfile);
mkdirSync(dirname(target), { recursive: true });
const place = mkdtempSync(join(dirname(target), ".build-"));
const { success, logs, metafile } = await Bun.build({
  entrypoints: [resolve(top, entrypoint)],
  root: top,
  target: "bun",
  // @grpc/grpc-js asks where it lies, and the answer would be the path of this checkout: the same source would give another
  // binary in another folder.
  define: {
    __dirname: JSON.stringify("/"),
    __filename: JSON.stringify("/sexton"),
    SEXTON_REVISION: JSON.stringify(revision()),
    SEXTON_TARGET: JSON.stringify(system),
  },
  minify: true,
  bytecode: true,
  format: "esm",
  splitting: true,
  plugins: [bundleGrpc, await embedPage()],
  compile: {
    outfile: join(place, "sexton"),
    ...(executablePath ? { target: `bun-${system}` as Bun.Build.CompileTarget, executablePath } : {}),
    execArgv: ["--smol"],
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
  // What has gone into it, for scripts/supply.
  metafile: true,
  throw: false,
});
const inputsTo = process.env["BUILD_METAFILE"];
if (inputsTo && metafile) await Bun.write(inputsTo, JSON.stringify(metafile));
if (success) renameSync(join(place, "sexton"), target);
rmSync(place, { recursive: true });
for (const log of logs) console.error(log);
process.exit(success ? 0 : 1);
