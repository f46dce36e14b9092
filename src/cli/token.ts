import { readFileSync } from "node:fs";
import { UsageError } from "#base/errors.ts";
import type { Listen } from "#config/schema.ts";

/** Where a command finds its agent: TLS is for those outside of the pod, who do not use this. */
export function addressToCall(listen: readonly Listen[]): Listen | undefined {
  const plain = listen.find((each) => each.kind === "unix" || !each.tls);
  if (plain || listen.length === 0) return plain;
  throw new UsageError(
    "Cannot call the agent: all its addresses have TLS, which commands do not speak. Let it listen on 127.0.0.1 or a unix:// socket too.",
  );
}

/** What says who calls: SEXTON_TOKEN before the file. A flag would show the token to everybody who lists processes. */
export function tokenHeaders(tokenFile: string | null, variable: string | undefined): Record<string, string> {
  const token = (variable ?? (tokenFile === null ? "" : readToken(tokenFile))).trim();
  if (token === "") return {};
  // What cannot stand in a header must not end in an error that quotes it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError("Cannot use the token: it is not one word of ASCII.");
  return { authorization: `Bearer ${token}` };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(
      `Cannot read the token file ${path}: ${(cause as { code?: string }).code ?? "it is no file"}.`,
      {
        cause,
      },
    );
  }
}
