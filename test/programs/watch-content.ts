// watch-content.ts <path>...: watches, and says in a line of JSON what it knows, at the start and at each notice. A line on
// its input is read as a limit of inotify watches, which is set for the user namespace that this runs in.
import { writeFileSync } from "node:fs";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";

const paths = process.argv.slice(2);
let content: unknown = null;
let told = "";

/** Only notices lead to a read, so that what is told of the content was noticed. */
async function look(): Promise<void> {
  const { hash, problem } = (await watch.reading(() => readContent(paths))).content;
  content = { hash, problem };
  tell();
}

function tell(): void {
  const [mechanism, problem, errors, opened] = [watch.mechanism(), watch.problem(), watch.errors(), watch.opened()];
  const line = JSON.stringify({ mechanism, problem, errors, opened, content });
  if (line !== told) process.stdout.write(`${line}\n`);
  told = line;
}

const watch = watchContent(paths, () => void look(), { pollMs: 100, retryMs: 300 });
await look();
setInterval(tell, 100);
for await (const line of console) writeFileSync("/proc/sys/user/max_inotify_watches", line);
