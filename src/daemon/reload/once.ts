import type { ReloaderMeans } from "#daemon/reload/means.ts";
import { reasonOf, rejectionSentence } from "#daemon/reload/run.ts";
import type { WatchSettings } from "#process/reload.ts";

type Means = Pick<ReloaderMeans, "readContent" | "validate">;

interface Checked {
  readonly watch: { readonly watches: readonly WatchSettings[] };
}

/** Reads and validates all watches once, as an init container does; a sentence for each thing that is wrong. */
export async function checkOnce(
  config: Checked,
  means: Means,
  tellUnjudged: (sentence: string) => void = () => {},
): Promise<readonly string[]> {
  const sentences: string[] = [];
  if (config.watch.watches.length === 0)
    return [
      "Cannot check anything: no watch is configured. Name one with --watch /etc/nginx, or in the configuration.",
    ];
  // One after the other: the content of all of them at once may be more than the memory there is.
  for (const watch of config.watch.watches) {
    const found = await problemsOf(watch, means, (sentence) =>
      tellUnjudged(`watch ${watch.name}: read, but not validated as a whole: ${sentence}`),
    ).catch((cause) => [`Cannot read ${watch.paths.join(", ")}: ${reasonOf(cause)}`]);
    sentences.push(...found.map((sentence) => `watch ${watch.name}: ${sentence}`));
  }
  return sentences;
}

/** What is no problem of the content, and was not looked at: only an init starts programs. */
export function uncheckedOnce(config: Checked): readonly string[] {
  return config.watch.watches.flatMap(({ name, validate }) =>
    validate?.kind === "exec"
      ? [`watch ${name}: read, but not validated by ${validate.command[0]}: only sexton init starts programs`]
      : [],
  );
}

async function problemsOf(
  { paths, validate }: WatchSettings,
  means: Means,
  tellUnjudged: (sentence: string) => void,
): Promise<string[]> {
  const { content, files } = await means.readContent(paths);
  if (content.problem !== null) return [content.problem];
  if (content.files === 0)
    return [`Cannot find a file at ${paths.join(", ")}. Mount the volume there, or mend the paths.`];
  if (validate?.kind === "exec") return [];
  try {
    const never = new AbortController().signal;
    const rejection = validate && (await means.validate(validate, files(), never, tellUnjudged));
    return rejection ? [rejectionSentence(rejection)] : [];
  } catch (cause) {
    return [`Cannot validate ${paths.join(", ")}: ${reasonOf(cause)}. Nothing is known of the content.`];
  }
}
