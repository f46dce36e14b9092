// Puts the page into the binary: in the place of src/ui/bundle.ts, which builds it from its sources, comes a module that
// names the finished files. They are mapped with the executable, and in memory only when they are asked for.
import { type PageFile, pageFiles } from "#ui/bundle.ts";

const namespace = "page";

/** Builds the page first: within a plugin of another build, Bun 1.4.5 would wait for itself. */
export async function embedPage(): Promise<Bun.BunPlugin> {
  const files = await pageFiles();
  const bodies = new Map(files.map(({ name, body }) => [`${name}.gz`, body]));
  return {
    name: "embed the page",
    setup(build) {
      build.onLoad({ filter: /\/src\/ui\/bundle\.ts$/ }, () => ({ contents: moduleOf(files), loader: "ts" }));
      build.onResolve({ filter: /^page:/ }, ({ path }) => ({ path: path.slice("page:".length), namespace }));
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const body = bodies.get(path);
        if (!body) throw new Error(`internal error: the page has no ${path}`);
        return { contents: await body.bytes(), loader: "file" };
      });
    },
  };
}

function moduleOf(files: readonly PageFile[]): string {
  const loads = files.map(({ name }, index) => {
    return `import path${index} from ${JSON.stringify(`page:${name}.gz`)} with { type: "file" };`;
  });
  const entries = files.map(({ name, contentType, etag }, index) => {
    return `{ ...${JSON.stringify({ name, contentType, etag })}, body: Bun.file(path${index}) }`;
  });
  return `${loads.join("\n")}
export const pageName = ${JSON.stringify(files[0]?.name)};
export const pageFiles = async () => [${entries.join(", ")}];
`;
}
