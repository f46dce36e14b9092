import type { HttpProof } from "#policy/evidence/proof.ts";

/**
 * Where an app can be asked, by its arguments and the ports that it listens on; null: it cannot be known, or it listens
 * there no more. `ports` is null where it is hidden who listens: then the arguments say it, or that they say nothing.
 */
export function endpointOf(
  proof: HttpProof,
  args: readonly string[],
  ports: readonly number[] | null,
  isListening: (port: number) => boolean,
): string | null {
  const named = portIn(firstOf(args, proof.portArguments));
  const port = named ?? proof.port;
  const only = proof.isOnlyPort && ports?.length === 1 ? ports[0] : undefined;
  const chosen = ports === null ? port : ports.includes(port) ? port : named === null ? only : undefined;
  if (chosen === undefined || !isListening(chosen)) return null;
  return `http://127.0.0.1:${chosen}${prefixIn(proof, args)}${proof.path}`;
}

/** The value of the first of these arguments that is given. */
function firstOf(args: readonly string[], names: readonly string[]): string | null {
  for (const name of names) {
    const value = argumentOf(args, name);
    if (value !== null) return value;
  }
  return null;
}

/** `--name=value`, `-name value`: Go's flags and kingpin's. */
function argumentOf(args: readonly string[], name: string): string | null {
  const bare = name.replace(/^-+/, "");
  for (const [index, arg] of args.entries()) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    if (match?.[1] === bare) return match[2] ?? args[index + 1] ?? null;
  }
  return null;
}

function portIn(address: string | null): number | null {
  const match = /(?:^|:)(\d{1,5})$/.exec(address ?? "");
  return match ? Number(match[1]) : null;
}

/** The first that is given: `--web.route-prefix=/metrics-of`, else the path of `--web.external-url`. */
function prefixIn({ prefixArguments = [] }: HttpProof, args: readonly string[]): string {
  const value = firstOf(args, prefixArguments);
  if (value === null) return "";
  const path = URL.canParse(value) ? new URL(value).pathname : value;
  return `/${path}`.replace(/\/+/g, "/").replace(/\/$/, "");
}
