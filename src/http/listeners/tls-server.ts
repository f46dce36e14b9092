import type { TlsMaterial } from "#http/auth/tls.ts";
import { stopAll } from "#http/listeners/stop-all.ts";

type Served = Bun.Server<undefined>;
type Options = Omit<Bun.Serve.Options<undefined>, "tls" | "reusePort"> & { hostname: string; port: number };

/** Sends new connections to the listener of a port that joined as number `index`; false: it cannot. */
export type Steer = (port: number, index: number) => boolean;

/** By then an old listener has accepted what had begun to connect before the new one was there. */
const acceptWithinMs = 1_000;

/**
 * A server with TLS whose certificate can change. What `reload` of Bun.serve is given for TLS has no effect (Bun 1.4.5), so
 * a new server takes over the address (SO_REUSEPORT in socket(7)) and the old one keeps the connections that it has. It is
 * given no new ones, and goes when it has accepted what the kernel had queued for it: that would be reset. Processes of
 * other users cannot join them: the kernel wants the same effective uid.
 */
export async function serveTls(options: Options, first: TlsMaterial, steer: Steer | null) {
  // On demand: it needs node:crypto, which takes a megabyte.
  const { tlsOptions } = await import("#http/auth/tls.ts");
  // With the address shared, nobody would notice that somebody else has it.
  if (options.port !== 0) await serve(options).stop(true);
  let current = serveWith(first, options.port);
  const port = current.port as number;
  const leaving = new Set<Served>();
  let handover: ReturnType<typeof setTimeout> | null = null;
  let next: TlsMaterial | null = null;

  function serveWith(material: TlsMaterial, at: number): Served {
    return serve({ ...options, port: at, reusePort: true, tls: tlsOptions(material) });
  }

  function renew(material: TlsMaterial): void {
    // One at a time: which number a listener has is only known of two.
    if (handover) {
      next = material;
      return;
    }
    const old = current;
    current = serveWith(material, port);
    leaving.add(old);
    steer?.(port, 1);
    handover = setTimeout(() => finish(old), acceptWithinMs);
  }

  function finish(old: Served): void {
    handover = null;
    void old.stop().then(() => leaving.delete(old));
    const waiting = next;
    next = null;
    if (!waiting) return;
    try {
      renew(waiting);
    } catch {
      // Out of descriptors, for one: what is current goes on, and this is tried again.
      next = waiting;
      handover = setTimeout(() => finish(old), acceptWithinMs);
    }
  }

  return {
    port,
    renew,
    stop(graceMs: number) {
      if (handover) clearTimeout(handover);
      return stopAll([current, ...leaving], graceMs);
    },
  };
}

/** The types of Bun.serve know no port beside what else there may be. */
function serve(options: object): Served {
  return Bun.serve({ reusePort: false, ...options } as never) as Served;
}
