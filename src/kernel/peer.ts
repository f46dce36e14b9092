import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const SYS_getsockopt = process.arch === "arm64" ? 209 : 55;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** struct ucred: pid, uid, gid. */
const credentials = memory(12);
const length = memory(4);

/**
 * Who is at the other end of a connection by a Unix socket, as it was when it connected (unix(7), SO_PEERCRED); null: it
 * cannot be told. The kernel answers -1 as uid for who has none in this user namespace's map, which is nobody here.
 */
export function peerUid(fd: number): number | null {
  if (!libc) return null;
  length.view.setUint32(0, 12, true);
  const result = libc.syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, credentials.pointer, length.pointer);
  if (result !== 0) return null;
  const uid = credentials.view.getUint32(4, true);
  return uid === 0xffffffff ? null : uid;
}
