import { createParserPace } from "#daemon/pace.ts";
import { decodeText, type Judgement } from "#daemon/validate/text.ts";
import { inTurn } from "#daemon/validate/turn.ts";
import { createUnjudged, type UnjudgedFiles } from "#daemon/validate/unjudged.ts";
import type { ContentFile, Rejection, Validation } from "#process/reload.ts";
import type { RunProgram } from "#process/run-program.ts";

type Format = Exclude<Validation["kind"], "http" | "exec">;

const extensions: Readonly<Record<Format, readonly string[]>> = {
  json: [".json"],
  yaml: [".yaml", ".yml"],
  toml: [".toml"],
};

/** As much as a ConfigMap or a Secret may hold. Parsers take up to 60 times that, and sexton lives in 128 MiB. */
const mostBytes = 1024 * 1024;
/** What a parser has left is collected each time that it was given so much: some 20 MiB. */
const collectBytes: Readonly<Record<Format, number>> = { json: 512 * 1024, yaml: 64 * 1024, toml: 512 * 1024 };

/**
 * The first file that an app should not see, and why; null: there is none. Rejects when `abort` fires, and where a
 * validator gives no verdict. What it says holds
 * nothing of the content, not even a part of a name: only sentences of these files, places, and the status of a validator.
 * `tellUnjudged` hears, once and in a sentence, which files nobody could judge: they reject nothing.
 */
export async function validate(
  validation: Validation,
  files: readonly ContentFile[],
  abort: AbortSignal,
  tellUnjudged: (sentence: string) => void = () => {},
  runProgram: RunProgram | null = null,
): Promise<Rejection | null> {
  if (validation.kind === "exec") {
    const { rejectionByExec } = await import("#daemon/validate/exec.ts");
    return rejectionByExec(validation, files, abort, runProgram);
  }
  const unjudged = createUnjudged();
  const rejection = await (validation.kind === "http"
    ? (await import("#daemon/validate/http.ts")).rejectionByHttp(validation, files, abort, unjudged)
    : rejectionByParser(validation.kind, files, abort, unjudged));
  const sentence = unjudged.sentence();
  if (sentence !== null) tellUnjudged(sentence);
  return rejection;
}

async function rejectionByParser(
  format: Format,
  files: readonly ContentFile[],
  abort: AbortSignal,
  unjudged: UnjudgedFiles,
): Promise<Rejection | null> {
  const judge = await formats[format]();
  const pace = createParserPace(abort);
  let parsed = 0;
  for (const { path, size, read } of meant(format, files)) {
    await pace();
    if (size > mostBytes) {
      unjudged.add(path, "is larger than 1 MiB");
      continue;
    }
    const found = await inTurn(() => judgementOf(format, judge, read, abort));
    parsed += size;
    if (parsed > collectBytes[format]) {
      Bun.gc(true);
      parsed = 0;
    }
    if (found === null) continue;
    if ("unjudged" in found) unjudged.add(path, found.unjudged);
    else return { file: path, ...found };
  }
  return null;
}

/** What a parser throws may quote, so it goes no further. It would throw it again: that is no reason to wait. */
async function judgementOf(
  format: Format,
  judge: Judge,
  read: ContentFile["read"],
  abort: AbortSignal,
): Promise<Judgement> {
  abort.throwIfAborted();
  const text = decodeText(await read());
  if (typeof text !== "string") return text;
  try {
    return await judge(text, abort);
  } catch (cause) {
    if (abort.aborted) throw abort.reason;
    if (cause instanceof RangeError) return { unjudged: "is nested too deep" };
    const name = cause instanceof Error ? cause.constructor.name : typeof cause;
    return { unjudged: `is more than the parser of ${format} can take (${name})` };
  }
}

/** Those that are called so; where none is, the one without an ending is meant, and with it all. */
function meant(format: Format, files: readonly ContentFile[]): readonly ContentFile[] {
  const called = files.filter(({ path }) => extensions[format].some((ending) => path.toLowerCase().endsWith(ending)));
  return called.length > 0 ? called : files;
}

type Judge = (text: string, abort: AbortSignal) => Promise<Judgement>;

/** Loaded with the first content that is to be looked at. */
const formats: Readonly<Record<Format, () => Promise<Judge>>> = {
  json: async () => (await import("#daemon/validate/json.ts")).faultOfJson,
  yaml: async () => (await import("#daemon/validate/yaml.ts")).faultOfYaml,
  toml: async () => (await import("#daemon/validate/toml.ts")).faultOfToml,
};
