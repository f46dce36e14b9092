import type { ReloaderMeans } from "#daemon/reload-means.ts";
import { reasonOf, rejectionSentence } from "#daemon/reload-run.ts";
import type { WatchSettings } from "#process/reload.ts";

type Means = Pick<ReloaderMeans, "readContent" | "validate">;

/** Reads and validates all watches once, as an init container does; a sentence for each thing that is wrong. */
export async function checkOnce(
  config: { readonly watch: { readonly watches: readonly WatchSettings[] } },
  means: Means,
): Promise<readonly string[]> {
  const sentences: string[] = [];
  if (config.watch.watches.length === 0)
    return [
      "Cannot check anything: no watch is configured. Name one with --watch /etc/nginx, or in the configuration.",
    ];
  // One after the other: the content of all of them at once may be more than the memory there is.
  for (const watch of config.watch.watches) {
    const found = await problemsOf(watch, means).catch((cause) => [
      `Cannot read ${watch.paths.join(", ")}: ${reasonOf(cause)}`,
    ]);
    sentences.push(...found.map((sentence) => `watch ${watch.name}: ${sentence}`));
  }
  return sentences;
}

async function problemsOf({ paths, validate }: WatchSettings, means: Means): Promise<string[]> {
  const { content, files } = await means.readContent(paths);
  if (content.problem !== null) return [content.problem];
  if (content.files === 0)
    return [`Cannot find a file at ${paths.join(", ")}. Mount the volume there, or mend the paths.`];
  const rejection = validate && (await means.validate(validate, files(), new AbortController().signal));
  return rejection ? [rejectionSentence(rejection)] : [];
}
