// read-content.ts <path>...: reads as one watch does, once for each line on its input, and says in a line of JSON what it knows.
import { createContentMemory } from "#daemon/content/memory.ts";
import { readContent } from "#daemon/content/read.ts";

const memory = createContentMemory();
for await (const _ of console) {
  const { content, files } = await readContent(process.argv.slice(2), memory);
  const { hash, problem } = content;
  process.stdout.write(`${JSON.stringify({ hash, problem, read: files().length })}\n`);
}
