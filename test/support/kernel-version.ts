import { readFileSync } from "node:fs";

/** Of the machine that the tests run on. */
export function kernelIsAtLeast(wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = readFileSync("/proc/sys/kernel/osrelease", "utf8").split(".").map(Number.parseFloat);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
