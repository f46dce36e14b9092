export interface ChosenAddress {
  readonly listen: readonly string[];
  /** The usual address, where it is in use already. */
  readonly taken: string | null;
}

const usual = { hostname: "127.0.0.1", port: 9_099 };

/** What was asked for, else the usual address, else a free port. */
export function chooseAddress(asked: readonly string[] | null): ChosenAddress {
  // What is said beforehand is where it will be, so a port that is to be chosen is chosen here.
  if (asked)
    return { listen: asked.map((at) => at.replace(/^(127\.0\.0\.1|localhost):0$/, withFreePort)), taken: null };
  const port = freePort(usual.port);
  const address = `${usual.hostname}:${port ?? freePort(0)}`;
  return { listen: [address], taken: port === null ? `${usual.hostname}:${usual.port}` : null };
}

function withFreePort(_: string, hostname: string): string {
  return `${hostname}:${freePort(0)}`;
}

/** Null: somebody listens there. 0 stands for any. */
function freePort(port: number): number | null {
  try {
    const listener = Bun.listen({ hostname: usual.hostname, port, socket: { data() {} } });
    const { port: bound } = listener;
    listener.stop(true);
    return bound;
  } catch {
    return null;
  }
}
