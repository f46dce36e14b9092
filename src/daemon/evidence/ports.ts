import { readListening } from "#kernel/procfs/net-tcp.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { endpointOf } from "#policy/evidence/endpoint.ts";
import type { HttpProof } from "#policy/evidence/proof.ts";
import type { Process } from "#process/process.ts";

/** Where an app can be asked on loopback; null: that cannot be known, and then nobody is asked. */
export function locateEndpoint(root: ProcRoot, process: Process, proof: HttpProof): string | null {
  // Loopback of another network namespace is somebody else's. Where it is hidden it is the pod's, which all share.
  const [theirs, ours] = [process.pid, "self" as const].map((pid) => root.readLink(pid, "ns/net"));
  if (theirs !== undefined && ours !== undefined && !isUnread(theirs) && !isUnread(ours) && theirs !== ours)
    return null;
  const sockets = readListening(root, "self");
  if (isUnread(sockets)) return null;
  const isListening = (port: number) => sockets.some((socket) => socket.port === port);
  return endpointOf(proof, process.facts.args ?? [], portsOf(root, process.pid, sockets), isListening);
}

/** Null: its files are hidden. */
function portsOf(
  root: ProcRoot,
  pid: number,
  sockets: readonly { readonly port: number; readonly inode: number }[],
): readonly number[] | null {
  const fds = root.names(pid, "fd");
  if (isUnread(fds)) return null;
  const ports = new Map(sockets.map(({ port, inode }) => [`socket:[${inode}]`, port]));
  const held = fds.flatMap((fd) => {
    const link = root.readLink(pid, `fd/${fd}`);
    const port = isUnread(link) ? undefined : ports.get(link);
    return port === undefined ? [] : [port];
  });
  return [...new Set(held)];
}
