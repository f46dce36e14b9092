// Plays sexton in a virtual machine: the host with systemd and pure cgroup v2 that a container of a CI, or a laptop, is not.
// `npm run test:vm -- --help`. One line a check, then `N passed, N failed, N skipped`; what is played is in vm/guest.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeCompatibility } from "./vm/compatibility.ts";
import { dataDisk, readFrom } from "./vm/data-disk.ts";
import { runMachine } from "./vm/machine.ts";
import { ownMirror } from "./vm/mirror.ts";
import { lacking, searchPath } from "./vm/needs.ts";
import { type Options, parseOptions, usage } from "./vm/options.ts";
import { countsOf, type Outcome, parseResults, type Results } from "./vm/result.ts";
import { rootImage } from "./vm/root-image.ts";

const top = join(import.meta.dir, "..");
const sexton = join(top, "dist/sexton");

const options = parseOptions(process.argv.slice(2));
if (options === "help") {
  console.log(usage);
  process.exit(0);
}
if ("wrong" in options) refuse(`Cannot read the options: ${options.wrong}. See --help`, 2);
const lacks = lacking();
if (lacks !== null) refuse(`Cannot make a virtual machine: ${lacks}.`, 2);
if (!existsSync(sexton)) refuse("Cannot play sexton: found no dist/sexton. Run npm run build", 2);
process.env["PATH"] = searchPath;

const results = await playTwiceAtMost(options).catch((cause: Error) => refuse(cause.message, 1));
for (const outcome of results.outcomes) console.log(lineOf(outcome));
const { passed, failed, skipped } = countsOf(results.outcomes);
// Half of a run says nothing about the other half.
if (options.write && results.ended) writeCompatibility(top, options.suite, results);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** QEMU 7.2 emulates two processors so that a kernel dies of it now and then, wherever it is: that is not sexton's doing. */
async function playTwiceAtMost(given: Options): Promise<Results> {
  const first = await play(given);
  if (first.ended || !readFileSync(consoleOf(given), "latin1").includes("Kernel panic - not syncing: Fatal exception"))
    return first;
  console.error("The machine's kernel has died, as it may when it is emulated. Once more");
  return play(given);
}

function consoleOf({ cache, suite }: Pick<Options, "cache" | "suite">): string {
  return join(cache, `${suite}.console`);
}

async function play({ suite, cache, mirror, accelerator, limitSeconds, fresh }: Options): Promise<Results> {
  mkdirSync(cache, { recursive: true });
  const image = await rootImage(suite, cache, mirror ?? (await ownMirror()), fresh);
  const work = mkdtempSync(join(cache, ".run-"));
  // An interrupted run does not come to its `finally`.
  process.once("exit", () => rmSync(work, { recursive: true, force: true }));
  const console = consoleOf({ cache, suite });
  rmSync(console, { force: true });
  try {
    const data = await dataDisk(work, { sexton, play: await guestProgram(work) });
    const { how, seconds, accelerator: used } = await runMachine({ image, data, accelerator, limitSeconds, console });
    const found = parseResults(await readFrom(data, "/results.jsonl"));
    const end = { name: "the machine came to its end", seconds };
    const why = how === "limit" ? `switched off after ${limitSeconds} s` : "it ended before its checks did";
    const outcome: Outcome =
      found.ended && how === "off"
        ? { ...end, status: "passed", detail: `powered off after ${Math.round(seconds)} s, by ${used}` }
        : { ...end, status: "failed", detail: `${why}; what it said is in ${console}` };
    return { ...found, outcomes: [...found.outcomes, outcome] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The checks, as one file that needs nothing but libc. */
async function guestProgram(folder: string): Promise<string> {
  const outfile = join(folder, "play");
  const { success, logs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "test-vm-guest.ts")],
    target: "bun",
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
    throw: false,
  });
  if (!success) throw new Error(`Cannot build what is played: ${logs.join("\n")}`);
  return outfile;
}

function lineOf({ name, status, detail, seconds }: Outcome): string {
  return `${status.padEnd(7)} ${name} (${seconds.toFixed(1)} s): ${detail}`;
}

function refuse(sentence: string, code: number): never {
  console.error(sentence);
  process.exit(code);
}
