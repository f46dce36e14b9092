import type { Outcome } from "../result.ts";

export interface Check {
  readonly name: string;
  /** What it found, in a few words; throws where that is not as it should be. */
  play(): Promise<string>;
}

/** Thrown by a check of what is not there to be played. */
export class Skip extends Error {}

/** An emulated machine takes its time. */
const limitSeconds = 90;

export async function playOne({ name, play }: Check): Promise<Outcome> {
  const startedAt = performance.now();
  const end = (status: Outcome["status"], detail: string): Outcome => ({
    name,
    status,
    detail: detail.replace(/\s+/g, " ").slice(0, 600),
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  });
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not over after ${limitSeconds} s`)), limitSeconds * 1000);
  try {
    return end("passed", await Promise.race([play(), late]));
  } catch (cause) {
    return end(cause instanceof Skip ? "skipped" : "failed", (cause as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

/** A sentence in the place of an assertion's two values. */
export function hold(isTrue: boolean, otherwise: () => string): void {
  if (!isTrue) throw new Error(otherwise());
}
