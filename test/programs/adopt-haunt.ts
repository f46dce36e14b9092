// adopt-haunt.ts <parent:child>...: visits these parents for their children in turn, until it is killed, or its stdin ends; then it
// says how long their registers were borrowed, in microseconds.
import { visit } from "#kernel/adopt.ts";

/** As many as sexton asks one parent for at once. */
const children = 16;
const parents = process.argv.slice(2).map((text) => text.split(":").map(Number) as [number, number]);
const borrowed: number[] = [];
let isOver = false;
void Bun.stdin.text().then(() => {
  isOver = true;
});
process.stdout.write("up\n");
while (!isOver) {
  for (const [pid, child] of parents) {
    const made = await visit({ pid, tid: pid }, Array(children).fill(child));
    if (made.outcome === "done") borrowed.push(made.borrowedMicros);
  }
  await Bun.sleep(0);
}
process.stdout.write(`${JSON.stringify(borrowed)}\n`);
