// validate-files.ts <json|yaml|toml> <how many>: validates so many copies of what is on its input.
import { validate } from "#daemon/validate/validate.ts";

const [kind, count] = process.argv.slice(2);
const bytes = await Bun.stdin.bytes();
const files = Array.from({ length: Number(count) }, (_, index) => ({
  path: `/${index}.${kind}`,
  size: bytes.length,
  read: async () => bytes,
}));
const unjudged: string[] = [];
const rejection = await validate({ kind: kind as "json" }, files, new AbortController().signal, (sentence) =>
  unjudged.push(sentence),
);
process.stdout.write(JSON.stringify({ rejection, unjudged }));
