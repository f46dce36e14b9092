/** errno(3) values that sexton tells apart; the same on x86-64 and arm64 (include/uapi/asm-generic/errno-base.h). */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ENODEV: 19,
  ENOTDIR: 20,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
} as const;

const names = new Map<number, string>(Object.entries(errno).map(([name, value]) => [value, name]));

export function errnoName(value: number): string {
  return names.get(value) ?? `errno ${value}`;
}
