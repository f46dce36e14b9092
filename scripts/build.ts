// Builds dist/sexton and nothing else. Arguments: where to put it, and, for the benchmarks, another program to build the
// same way. Each setting has its reason: bytecode (with esm) takes parsing off the start, splitting keeps what is imported
// on demand out of memory until it is asked for, --smol bounds the heap's growth, and the autoload switches keep a .env or
// bunfig.toml in the working directory from changing how the compiled agent behaves.
import { join, resolve } from "node:path";

const [outfile = "dist/sexton", entrypoint = "src/main.ts"] = process.argv.slice(2);
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

const { success, logs } = await Bun.build({
  entrypoints: [resolve(top, entrypoint)],
  root: top,
  target: "bun",
  minify: true,
  bytecode: true,
  format: "esm",
  splitting: true,
  plugins: [bundleGrpc],
  compile: {
    outfile: resolve(top, outfile),
    execArgv: ["--smol"],
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
  throw: false,
});
for (const log of logs) console.error(log);
process.exit(success ? 0 : 1);
