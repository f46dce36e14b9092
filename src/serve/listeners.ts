import { UsageError } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import { isLoopback } from "#base/loopback.ts";
import { type Config, formatListen, type Listen } from "#config/schema.ts";
import { type KeptFiles, keepFiles } from "#daemon/access/kept-file.ts";
import type { FindToken, Gate } from "#http/auth/identify.ts";
import type { TlsMaterial } from "#http/auth/tls.ts";
import type { Listener, RunningServer } from "#http/listeners/server.ts";
import type { Steer } from "#http/listeners/tls-server.ts";
import { libc } from "#kernel/libc.ts";
import { peerUid } from "#kernel/peer.ts";
import { steerConnections } from "#kernel/reuseport.ts";
import type { ListenerLook } from "#policy/findings/listeners.ts";
import type { CallerRole } from "#process/caller.ts";

/** Where callers come in, by what rules, and what those rules are read from. */
export interface Listeners {
  readonly all: readonly Listener[];
  /** As the server needs it to tell who is at a Unix socket; null: there is no way. */
  readonly peerUid: ((fd: number) => number | null) | null;
  readonly steer: Steer | null;
  /** In a sentence, what of the files is not used as it is now; null: nothing. */
  problem(): string | null;
  /** For the doctor, of those that were started. */
  looks(addresses: readonly string[]): ListenerLook[];
  /** Looks after the files from now on: changed tokens hold at once, changed certificates for who connects then. */
  start(servers: readonly RunningServer[]): void;
  stop(): void;
}

/** How soon a token that was taken out of the file is refused; costs a stat(2) for each file. */
const lookEachMs = 1_000;

/** Throws a UsageError where the settings would let in more than they say, or a file cannot be used. */
export async function createListeners(config: Config, log: Pick<Log, "info" | "warn" | "error">): Promise<Listeners> {
  refuseUnfit(config);
  const { auth, tls, socket, allowedHosts, probes } = config;
  const tokens = await usable(() => keepTokens(auth.tokensFile));
  const certificates = await usable(() => keepCertificates(tls));
  const kept: readonly KeptFiles<unknown>[] = [tokens?.files, certificates].filter((files) => files != null);
  const findToken: FindToken | null = tokens?.find ?? null;
  let timer: ReturnType<typeof setInterval> | null = null;

  function listener(listen: Listen): Listener {
    const wantsCertificate = listen.kind === "tcp" && listen.tls === true && tls.clientCaFile !== null;
    const gate: Gate = { findToken, withoutToken: roleWithoutToken(config, wantsCertificate) };
    const role: CallerRole = "operate";
    if (listen.kind === "unix") {
      const uids = socket.uids ?? null;
      return { at: { path: listen.path }, role, gate, mode: Number.parseInt(socket.mode, 8), uids };
    }
    const own = ownHosts(listen.hostname, allowedHosts);
    return { at: listen, role, gate, isOwnHost: own, tls: listen.tls ? (certificates?.current() ?? null) : null };
  }

  function look(servers: readonly RunningServer[]): void {
    for (const files of kept) {
      const before = files.problem();
      const isNew = files.look();
      const problem = files.problem();
      if (problem !== null && problem !== before) log.error("a file is not taken, the old one stays", { problem });
      if (!isNew) continue;
      log.info(files === certificates ? "certificates read again" : "tokens read again");
      if (files === certificates) for (const server of servers) renew(server, certificates.current());
    }
  }

  function renew(server: RunningServer, material: TlsMaterial): void {
    try {
      server.renew(material);
    } catch (cause) {
      log.error("a new certificate is not served, the old one stays", { cause: String(cause) });
    }
  }

  const all = [...config.listen.map(listener), ...(probes ? [probesListener(probes, allowedHosts)] : [])];
  for (const { at, tls: secured, role } of all) {
    if ("path" in at || secured || role === "probe" || isLoopback(at.hostname)) continue;
    log.warn("tokens go over the network unencrypted", { listen: formatListen({ kind: "tcp", ...at }) });
  }
  return {
    all,
    peerUid: libc ? peerUid : null,
    steer: libc ? steerConnections : null,
    problem() {
      const sentences = kept.flatMap((files) => files.problem() ?? []);
      return sentences.length === 0 ? null : sentences.join("; ");
    },
    looks: (addresses) => all.map((each, index) => lookOf(each, addresses[index] ?? "")),
    start(servers) {
      if (kept.length === 0) return;
      timer = setInterval(() => look(servers), lookEachMs);
      timer.unref();
    },
    stop() {
      if (timer) clearInterval(timer);
    },
  };
}

function roleWithoutToken({ auth }: Config, hasCertificate: boolean): CallerRole {
  if (hasCertificate) return auth.clientRole;
  return auth.tokensFile === null ? "operate" : "probe";
}

function probesListener(listen: Listen, allowedHosts: readonly string[]): Listener {
  if (listen.kind === "unix") return { at: { path: listen.path }, role: "probe" };
  return { at: listen, role: "probe", isOwnHost: ownHosts(listen.hostname, allowedHosts) };
}

/**
 * DNS rebinding needs a name: who asks for an address has it from nobody else. On loopback only its own are ours, since
 * nobody calls it by another.
 */
function ownHosts(listening: string, allowed: readonly string[]): (hostname: string) => boolean {
  const names = new Set(allowed.map((name) => name.toLowerCase().replace(/^\[|\]$|\.$/g, "")));
  return (hostname) => isLoopback(hostname) || names.has(hostname) || (!isLoopback(listening) && isAddress(hostname));
}

function isAddress(hostname: string): boolean {
  return hostname.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
}

function refuseUnfit(config: Config): void {
  const { listen, probes, auth, tls } = config;
  const wantsTls = listen.some((each) => each.kind === "tcp" && each.tls);
  const hasTls = tls.certFile !== null || tls.keyFile !== null || tls.clientCaFile !== null;
  if (probes?.kind === "tcp" && probes.tls)
    throw new UsageError("Cannot use probes: it is served without TLS. Write it as host:port.");
  if (wantsTls && (tls.certFile === null || tls.keyFile === null))
    throw new UsageError("Cannot listen with https://: tls.certFile and tls.keyFile are needed for that.");
  if (hasTls && !wantsTls) {
    const example = listen.find(({ kind }) => kind === "tcp");
    const written = example ? formatListen(example) : "0.0.0.0:9443";
    throw new UsageError(`Cannot use tls: no address of listen has it. Write https://${written}.`);
  }
  for (const each of listen) {
    if (each.kind === "unix" || isLoopback(each.hostname) || auth.tokensFile !== null) continue;
    if (each.tls && tls.clientCaFile !== null) continue;
    throw new UsageError(
      `Cannot listen on ${formatListen(each)}: whoever reaches that address could signal the pod's processes, and nothing asks who they are. Set auth.tokensFile, or tls.clientCaFile with https://, or listen on 127.0.0.1 or a unix:// socket; for the kubelet's probes use --probes.`,
    );
  }
}

/** On demand: hashes and certificates need node:crypto, which takes a megabyte. */
async function keepTokens(path: string | null) {
  if (path === null) return null;
  const { parseTokens, findToken } = await import("#http/auth/tokens.ts");
  const files = keepFiles("the tokens file", [path], ([text = ""]) => parseTokens(text));
  return { files, find: (secret: string) => findToken(files.current(), secret) };
}

async function keepCertificates({
  certFile,
  keyFile,
  clientCaFile,
}: Config["tls"]): Promise<KeptFiles<TlsMaterial> | null> {
  if (certFile === null || keyFile === null) return null;
  const { readTls } = await import("#http/auth/tls.ts");
  return keepFiles("TLS files", [certFile, keyFile, ...(clientCaFile === null ? [] : [clientCaFile])], readTls);
}

/** At the start, what is wrong with a file is for its user to mend. */
async function usable<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}.`, { cause });
  }
}

function lookOf({ role, gate, tls }: Listener, address: string): ListenerLook {
  const auth = gate !== undefined && (gate.findToken !== null || (tls?.clientCa ?? null) !== null);
  return { address, tls: tls != null, auth, role };
}
