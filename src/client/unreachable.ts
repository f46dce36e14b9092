/** What connect(2) and getaddrinfo(3) say, in words; fetch has no other name for what ends in the midst of an answer. */
export function reasonOf(cause: unknown, isSocket: boolean): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  switch (code) {
    case "ENOENT":
      return "there is no such socket";
    case "EACCES":
    case "EPERM":
      return `permission denied${isSocket ? ", the socket is for the user that sexton runs as" : ""}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "there is no such host";
    case "ECONNREFUSED":
    case "ConnectionRefused":
      return isSocket ? "nobody listens on this socket" : "nobody listens there";
    default:
      return "nobody answers, or no longer";
  }
}

/** Nothing can have come of what was asked: nobody has heard it. */
export function neverConnected(cause: unknown): boolean {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return ["ENOENT", "EACCES", "EPERM", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ConnectionRefused"].includes(
    String(code),
  );
}

/** A sentence that says where was looked, why there, and what to do. */
export function unreachableText(where: string, origin: string | undefined, reason: string, isDoubtful = false): string {
  const from = origin === undefined ? "" : origin === "default" ? " (the default)" : ` (from ${origin})`;
  const listens = origin === "default" ? "If it listens elsewhere, give its --listen, SEXTON_LISTEN or --config" : "";
  const same = origin === "default" ? "" : "Is that what it listens on?";
  const doubt = isDoubtful ? " Whether it was done is not known: `sexton events` tells when the agent answers" : "";
  return `Cannot reach sexton at ${where}${from}: ${reason}. Is it running? ${listens}${same}${doubt}`;
}
