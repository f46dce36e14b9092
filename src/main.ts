import { calledAs } from "#init/called.ts";

// Decided before anything else is loaded: neither position waits for, or keeps in memory, what only the other needs.
const args = process.argv.slice(2);
const personality = calledAs(process.argv0, args);
if (personality) {
  const { init } = await import("#serve/beside.ts");
  process.exit(await init(personality, args, process.env));
} else if (args[0] === "demo-part") {
  // One of the programs that `sexton demo` shows, which are this binary by other names.
  const { runPart } = await import("#demo/part.ts");
  process.exit(await runPart(process.argv0, args.slice(1)));
} else {
  const { commandLine } = await import("#command-line.ts");
  process.exit(await commandLine(process.env));
}
