import { calledAs } from "#init/called.ts";

// Decided before anything else is loaded: neither position waits for, or keeps in memory, what only the other needs.
const args = process.argv.slice(2);
const personality = calledAs(process.argv0, args);
if (personality) {
  const { init } = await import("#beside.ts");
  process.exit(await init(personality, args, process.env));
} else {
  const { commandLine } = await import("#command-line.ts");
  process.exit(await commandLine(process.env));
}
