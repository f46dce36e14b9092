import { validate } from "#daemon/validate/validate.ts";
import type { ContentFile } from "#process/reload.ts";

export type Kind = "json" | "yaml" | "toml";
export const never = new AbortController().signal;

export function file(path: string, content: string | Uint8Array): ContentFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { path, size: bytes.length, read: async () => bytes };
}

/** What is said of files, and of which nobody could judge. */
export async function judge(kind: Kind, ...files: readonly ContentFile[]) {
  const unjudged: string[] = [];
  return { rejection: await validate({ kind }, files, never, (sentence) => unjudged.push(sentence)), unjudged };
}
