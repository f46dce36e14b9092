import { readFileSync } from "node:fs";

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what a check is about to find out.
export type Json = Record<string, any>;

/** Asks until the answer is something. Not too often: on an emulated machine each question costs the one who is asked. */
export async function until<T>(what: string, ask: () => T | Promise<T>, seconds = 40): Promise<NonNullable<T>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer as NonNullable<T>;
    if (Date.now() >= deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await Bun.sleep(100);
  }
}

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function attempt(argv: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const child = Bun.spawn([...argv], {
    env: { ...clean, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 80_000,
    killSignal: "SIGKILL",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

export async function run(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await attempt(argv);
  if (code !== 0) throw new Error(`${argv.join(" ")}: exit code ${code}: ${(err || out).trim().slice(-400)}`);
  return out.trim();
}

/** systemd gives its services no HOME, which podman wants. */
const clean = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" };

/** What one reads there, or null where there is no such file any more. */
export function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

export const stateOf = (pid: number) => /^State:\s+(\w)/m.exec(readOrNull(`/proc/${pid}/status`) ?? "")?.[1] ?? null;

/** As a runtime makes them. */
export const hexId = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");

/** 6.12.107 of 6.12.107+deb13-cloud-amd64 as [6, 12]. */
const kernelVersion = (() => {
  const [major = 0, minor = 0] = (readOrNull("/proc/sys/kernel/osrelease") ?? "").split(/[.-]/).map(Number);
  return { major, minor };
})();

export const kernelIsSince = (major: number, minor: number) =>
  kernelVersion.major > major || (kernelVersion.major === major && kernelVersion.minor >= minor);
