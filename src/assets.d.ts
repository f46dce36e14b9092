// `import path from "…" with { type: "file" }` gives the path of a file inside of the compiled binary.
declare module "swagger-ui-dist/*" {
  const path: string;
  // biome-ignore lint/style/noDefaultExport: it is how Bun gives the path.
  export default path;
}
