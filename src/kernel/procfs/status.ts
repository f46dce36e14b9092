import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { decimal, keyedLines, latin1 } from "#kernel/procfs/text.ts";

/** proc_pid_status(5). Signal masks have bit n-1 set for signal n. What an older kernel does not write is null. */
export interface ProcStatus {
  uid: Ids;
  gid: Ids;
  tgid: number | null;
  tracerPid: number | null;
  /** The pid in each PID namespace, from the reader's own inwards. */
  nsPids: readonly number[];
  signals: { pending: bigint; sharedPending: bigint; blocked: bigint; ignored: bigint; caught: bigint };
  capabilities: { effective: bigint; permitted: bigint };
  noNewPrivileges: boolean | null;
  seccomp: number | null;
  seccompFilters: number | null;
  voluntarySwitches: number | null;
  involuntarySwitches: number | null;
  peakRssBytes: number | null;
  swapBytes: number | null;
  anonymousBytes: number | null;
}

export interface Ids {
  real: number;
  effective: number;
  saved: number;
  filesystem: number;
}

/** `/proc/PID/status`. Readable for everyone. */
export function readStatus(root: ProcRoot, pid: number | "self"): Read<ProcStatus> | null {
  const bytes = root.read(pid, "status");
  return isUnread(bytes) ? bytes : parseStatus(bytes);
}

export function parseStatus(bytes: Uint8Array): ProcStatus | null {
  // The Name line escapes newlines and backslashes, so no name can forge another line.
  const lines = keyedLines(latin1(bytes));
  const uid = parseIds(lines.get("Uid"));
  const gid = parseIds(lines.get("Gid"));
  if (!uid || !gid) return null;
  const flag = decimal(lines.get("NoNewPrivs"));
  return {
    uid,
    gid,
    tgid: decimal(lines.get("Tgid")),
    tracerPid: decimal(lines.get("TracerPid")),
    nsPids: (lines.get("NSpid") ?? "").split(/\s+/).flatMap((text) => decimal(text) ?? []),
    signals: {
      pending: mask(lines.get("SigPnd")),
      sharedPending: mask(lines.get("ShdPnd")),
      blocked: mask(lines.get("SigBlk")),
      ignored: mask(lines.get("SigIgn")),
      caught: mask(lines.get("SigCgt")),
    },
    capabilities: { effective: mask(lines.get("CapEff")), permitted: mask(lines.get("CapPrm")) },
    noNewPrivileges: flag === null ? null : flag === 1,
    seccomp: decimal(lines.get("Seccomp")),
    seccompFilters: decimal(lines.get("Seccomp_filters")),
    voluntarySwitches: decimal(lines.get("voluntary_ctxt_switches")),
    involuntarySwitches: decimal(lines.get("nonvoluntary_ctxt_switches")),
    peakRssBytes: kibibytes(lines.get("VmHWM")),
    swapBytes: kibibytes(lines.get("VmSwap")),
    anonymousBytes: kibibytes(lines.get("RssAnon")),
  };
}

/** The effective user and group alone: a scan reads them of many processes, and needs nothing else of the file. */
export function readOwner(root: ProcRoot, pid: number): Read<{ uid: number; gid: number }> | null {
  const bytes = root.read(pid, "status");
  return isUnread(bytes) ? bytes : parseOwner(bytes);
}

export function parseOwner(bytes: Uint8Array): { uid: number; gid: number } | null {
  const uid = effectiveId(bytes, uidLabel);
  const gid = effectiveId(bytes, gidLabel);
  return uid === null || gid === null ? null : { uid, gid };
}

const uidLabel = Buffer.from("\nUid:\t");
const gidLabel = Buffer.from("\nGid:\t");

/** The second of the four numbers of a line: real, effective, saved, filesystem. */
function effectiveId(bytes: Uint8Array, label: Buffer): number | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = buffer.indexOf(label);
  const real = start < 0 ? -1 : buffer.indexOf(9, start + label.length);
  if (real < 0) return null;
  let id = 0;
  let at = real + 1;
  for (; (bytes[at] ?? 0) >= 48 && (bytes[at] ?? 0) <= 57; at++) id = id * 10 + (bytes[at] as number) - 48;
  return at > real + 1 ? id : null;
}

function parseIds(text: string | undefined): Ids | null {
  const ids = (text ?? "").split(/\s+/).map((part) => decimal(part));
  const [real, effective, saved, filesystem] = ids;
  if (real == null || effective == null || saved == null || filesystem == null) return null;
  return { real, effective, saved, filesystem };
}

function mask(text: string | undefined): bigint {
  return text !== undefined && /^[0-9a-f]{1,32}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
}

function kibibytes(text: string | undefined): number | null {
  const match = /^(\d{1,15}) kB$/.exec(text ?? "");
  return match ? Number(match[1]) * 1024 : null;
}
