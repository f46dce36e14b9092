import { createPace } from "#daemon/validate/pace.ts";
import { decodeText, type Fault } from "#daemon/validate/text.ts";
import type { ContentFile, Rejection, Validation } from "#process/reload.ts";
import type { RunProgram } from "#process/run-program.ts";

type Format = Exclude<Validation["kind"], "http" | "exec">;

const extensions: Readonly<Record<Format, readonly string[]>> = {
  json: [".json"],
  yaml: [".yaml", ".yml"],
  toml: [".toml"],
};

/**
 * The first file that an app should not see, and why; null: there is none. Rejects when `abort` fires, and where a
 * validator gives no verdict. What it says holds
 * nothing of the content, not even a part of a name: only sentences of these files, places, and the status of a validator.
 */
export async function validate(
  validation: Validation,
  files: readonly ContentFile[],
  abort: AbortSignal,
  runProgram: RunProgram | null = null,
): Promise<Rejection | null> {
  if (validation.kind === "exec") {
    const { rejectionByExec } = await import("#daemon/validate/exec.ts");
    return rejectionByExec(validation, files, abort, runProgram);
  }
  if (validation.kind === "http") {
    const { rejectionByHttp } = await import("#daemon/validate/http.ts");
    return rejectionByHttp(validation, files, abort);
  }
  const faultOf = await formats[validation.kind]();
  const pace = createPace(abort);
  for (const { path, bytes } of meant(validation.kind, files)) {
    await pace();
    const text = decodeText(bytes);
    const fault = typeof text === "string" ? await guarded(validation.kind, () => faultOf(text, abort), abort) : text;
    if (fault) return { file: path, ...fault };
  }
  return null;
}

/** What a parser throws may quote, so it goes no further. */
async function guarded<T>(format: Format, look: () => Promise<T>, abort: AbortSignal): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    if (abort.aborted) throw abort.reason;
    const name = cause instanceof Error ? cause.constructor.name : typeof cause;
    throw new Error(`the parser of ${format} has failed (${name})`);
  }
}

/** Those that are called so; where none is, the one without an ending is meant, and with it all. */
function meant(format: Format, files: readonly ContentFile[]): readonly ContentFile[] {
  const called = files.filter(({ path }) => extensions[format].some((ending) => path.toLowerCase().endsWith(ending)));
  return called.length > 0 ? called : files;
}

type FaultOf = (text: string, abort: AbortSignal) => Promise<Fault | null>;

/** Loaded with the first content that is to be looked at. */
const formats: Readonly<Record<Format, () => Promise<FaultOf>>> = {
  json: async () => (await import("#daemon/validate/json.ts")).faultOfJson,
  yaml: async () => (await import("#daemon/validate/yaml.ts")).faultOfYaml,
  toml: async () => (await import("#daemon/validate/toml.ts")).faultOfToml,
};
