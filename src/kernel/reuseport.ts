import { readdirSync } from "node:fs";
import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const isArm = process.arch === "arm64";
const SYS_setsockopt = isArm ? 208 : 54;
const SYS_getsockopt = isArm ? 209 : 55;
const SYS_getsockname = isArm ? 204 : 51;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const SO_ATTACH_REUSEPORT_CBPF = 51;
/** BPF_RET | BPF_K of linux/bpf_common.h. */
const returnConstant = 0x06;

/** struct sockaddr_in6, the longer one of TCP; the port is at the same place in both. */
const address = memory(28);
const value = memory(4);
const length = memory(4);
/** struct sock_filter and struct sock_fprog of linux/filter.h. */
const filter = memory(8);
const program = memory(16);

/**
 * From now on new connections to a port that listeners of this process share (SO_REUSEPORT) go to the one that joined as
 * number `index`, from 0; where there is none, to any (socket(7), SO_ATTACH_REUSEPORT_CBPF). So that one that is about to
 * go gets no more, and can accept what it has. False: it could not be done.
 */
export function steerConnections(port: number, index: number): boolean {
  const fd = listenerOf(port);
  if (!libc || fd === null) return false;
  filter.view.setUint16(0, returnConstant, true);
  filter.view.setUint32(4, index, true);
  program.view.setUint16(0, 1, true);
  program.view.setBigUint64(8, BigInt(filter.pointer), true);
  return libc.syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program.pointer, 16) === 0;
}

/** Any of those that listen there: the program is one for all. Bun.serve does not tell (Bun 1.4.5). */
function listenerOf(port: number): number | null {
  const fds = readdirSync("/proc/self/fd").map(Number);
  return fds.find((fd) => isListening(fd) && portOf(fd) === port) ?? null;
}

function isListening(fd: number): boolean {
  length.view.setUint32(0, 4, true);
  value.view.setUint32(0, 0, true);
  const result = libc?.syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, value.pointer, length.pointer);
  return result === 0 && value.view.getUint32(0, true) === 1;
}

function portOf(fd: number): number | null {
  length.view.setUint32(0, 28, true);
  if (libc?.syscall(SYS_getsockname, fd, address.pointer, length.pointer, 0, 0) !== 0) return null;
  const family = address.view.getUint16(0, true);
  const isInternet = family === 2 || family === 10;
  return isInternet ? address.view.getUint16(2, false) : null;
}
