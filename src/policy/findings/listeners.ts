import { isLoopback } from "#base/loopback.ts";
import { type Finding, withLines } from "#policy/findings/finding.ts";

/** A place where the API is served. */
export interface ListenerLook {
  /** `0.0.0.0:9099`, `[::]:9099`, or the path of a Unix socket. */
  readonly address: string;
  readonly tls: boolean;
  /** Callers show who they are: a token, or a certificate. */
  readonly auth: boolean;
  /** The most that a caller may do who shows nothing; with `auth`, the most that anybody may. */
  readonly role: "probe" | "read" | "operate";
}

/** Who may call from where. Loopback and Unix sockets are the pod's own, and probes and metrics are for everybody. */
export function listenerFindings(listeners: readonly ListenerLook[]): Finding[] {
  return listeners.flatMap((listener): Finding[] => {
    const { address, tls, auth, role } = listener;
    if (role === "probe" || isWithinPod(address)) return [];
    if (!auth) return [open(listener)];
    return tls ? [] : [plain(address)];
  });
}

/** Of what callers are known by: a file that changed, and that cannot be used as it is now. */
export function credentialFindings(problem: string | null): Finding[] {
  if (problem === null) return [];
  return [
    {
      id: "credentials-unread",
      severity: "error",
      title: "A file of credentials is not used as it is now",
      seen: `${problem}.`,
      why: "Tokens that were taken out of it are still accepted, new ones are not, and a certificate in use may expire.",
      fix: "Mend the file: it is read again within a second of each change, and `sexton token` prints an entry for tokens.",
    },
  ];
}

function isWithinPod(address: string): boolean {
  return address.startsWith("/") || address.startsWith("unix:") || isLoopback(hostOf(address));
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

function open({ address, role }: ListenerLook): Finding {
  return {
    id: "listener-open",
    severity: role === "operate" ? "error" : "warning",
    title: `Everybody may call ${address}`,
    seen: `It is no loopback address, nothing asks who calls, and a caller's role is ${role}.`,
    why:
      role === "operate"
        ? "Whoever reaches the pod can signal its processes."
        : "Whoever reaches the pod can read command lines, which may hold secrets.",
    fix: withLines("Serve the API on loopback, and what the kubelet and Prometheus need by itself:", own),
  };
}

function plain(address: string): Finding {
  return {
    id: "listener-plain",
    severity: "warning",
    title: `Tokens go to ${address} unencrypted`,
    seen: "It is no loopback address, asks for tokens, and has no TLS.",
    why: "Whoever can read the network's traffic can take a token, and do what it allows.",
    fix: withLines("Serve it with TLS, or on loopback alone:", own),
  };
}

const own = `env:\n  - { name: SEXTON_LISTEN, value: "127.0.0.1:9099" }\n  - { name: SEXTON_PROBES, value: "0.0.0.0:9098" }`;
