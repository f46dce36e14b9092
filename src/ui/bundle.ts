import { join } from "node:path";

/** One file of the page, compressed once. */
export interface PageFile {
  /** With a hash of what it holds; the page itself has none. */
  readonly name: string;
  readonly contentType: string;
  readonly etag: string;
  /** gzip, which every browser takes. */
  readonly body: Blob;
}

const contentTypes = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" } as const;
/** The page itself, among its files. */
export const pageName = "index.html";

let built: Promise<readonly PageFile[]> | undefined;

/**
 * The page, built from its sources when it is first asked for. In the compiled binary the sources are not there:
 * scripts/page.ts puts what this makes in the place of this module.
 */
export function pageFiles(): Promise<readonly PageFile[]> {
  built ??= buildPage();
  return built;
}

async function buildPage(): Promise<readonly PageFile[]> {
  const { success, outputs, logs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "main.tsx")],
    target: "browser",
    format: "esm",
    minify: true,
    naming: "[name]-[hash].[ext]",
    jsx: { runtime: "automatic", importSource: "preact", development: false },
    define: { "process.env.NODE_ENV": '"production"' },
    throw: false,
  });
  if (!success) throw new Error(`Cannot build the page: ${logs.join("\n")}`);
  const assets = await Promise.all(
    outputs.map(async (output) => pageFile(output.path.replace(/^.*\//s, ""), await output.text())),
  );
  const nameOf = (extension: string) => assets.find(({ name }) => name.endsWith(extension))?.name ?? "";
  return [pageFile(pageName, html(nameOf(".js"), nameOf(".css"))), ...assets];
}

function pageFile(name: string, text: string): PageFile {
  const extension = name.slice(name.lastIndexOf(".") + 1) as keyof typeof contentTypes;
  // Weak: the same for both encodings.
  const etag = `W/"${Bun.hash(text).toString(36)}"`;
  return { name, contentType: contentTypes[extension], etag, body: new Blob([Bun.gzipSync(text, { level: 9 })]) };
}

/** A letter on a disc; a data URL, because a browser would ask for /favicon.ico otherwise. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230b62c4' d='M8 1a2 2 0 0 1 2 2 5 5 0 0 1 3 5v3l1 2H2l1-2V8a5 5 0 0 1 3-5 2 2 0 0 1 2-2M6 14h4a2 2 0 0 1-4 0'/%3E%3C/svg%3E";

function html(script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>sexton</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/assets/${style}">
<script type="module" src="/assets/${script}"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. The same is to be had with curl: <a href="/openapi.json">/openapi.json</a> tells how.</noscript>
</body>
</html>
`;
}
