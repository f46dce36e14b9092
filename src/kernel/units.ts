import { libc } from "#kernel/libc.ts";

/** USER_HZ: the ticks of /proc are 1/100 s on every architecture that Linux still builds for, whatever CONFIG_HZ says. */
export const ticksPerSecond = 100;

/** getpagesize(2). Kernels for arm64 may use 16 or 64 KiB; without FFI the common 4 KiB is assumed. */
export const pageBytes: number = libc ? libc.getpagesize() : 4096;
