import type { UnjudgedFiles } from "#daemon/validate/unjudged.ts";
import type { ContentFile, Rejection } from "#process/reload.ts";

interface Validator {
  readonly url: string;
  readonly timeoutMs: number;
}

/** A validator that is not there yet, or says that it is busy, is asked again for as long as there is time. */
const againMs = 250;
/** A request is in memory as a whole, and there is 128 MiB for all. */
const mostBytes = 8 * 1024 * 1024;
const busy: readonly number[] = [429, 502, 503, 504];

/**
 * Hands each file to a validator, one after the other: 2xx is yes. What it answers beside the status is neither read nor
 * kept, since it may quote. Throws where there is no verdict: that says nothing of the content, and is to be tried again.
 */
export async function rejectionByHttp(
  { url, timeoutMs }: Validator,
  files: readonly ContentFile[],
  abort: AbortSignal,
  unjudged: UnjudgedFiles,
): Promise<Rejection | null> {
  for (const { path, size, read } of files) {
    if (size > mostBytes) {
      unjudged.add(path, "is larger than 8 MiB");
      continue;
    }
    const verdict = await verdictOf(url, { path, bytes: await read() }, timeoutMs, abort);
    if (verdict === "late") throw new Error(`the validator did not answer within ${timeoutMs / 1000} s`);
    if (typeof verdict === "string") throw new Error(`the validator cannot be reached: ${verdict}`);
    const reason = `the validator answered with status ${verdict}`;
    if (busy.includes(verdict)) throw new Error(reason);
    if (verdict < 200 || verdict >= 300) return { file: path, line: null, column: null, reason };
  }
  return null;
}

interface HeldFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A status; or why there is none, as errno names it. */
type Verdict = number | "late" | string;

async function verdictOf(url: string, file: HeldFile, timeoutMs: number, abort: AbortSignal): Promise<Verdict> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    abort.throwIfAborted();
    const leftMs = Math.max(1, deadline - performance.now());
    const verdict = await post(url, file, AbortSignal.any([abort, AbortSignal.timeout(Math.ceil(leftMs))]));
    abort.throwIfAborted();
    const isFinal = typeof verdict === "number" ? !busy.includes(verdict) : verdict === "late";
    if (isFinal || performance.now() + againMs >= deadline) return verdict;
    await Bun.sleep(againMs);
  }
}

/**
 * `proxy: false` is Bun's own (1.4.5, not in its types): its fetch asks HTTP_PROXY for loopback too, and a pod behind a proxy
 * has it set.
 */
const direct = { method: "POST", redirect: "manual", keepalive: false, proxy: false } as unknown as RequestInit;

async function post(url: string, { path, bytes }: HeldFile, signal: AbortSignal): Promise<Verdict> {
  // For a validator of many files; what is no ASCII is escaped as in a URL.
  const headers = { "content-type": "application/octet-stream", "x-file-path": encodeURI(path), connection: "close" };
  try {
    const answer = await fetch(url, { ...direct, headers, body: bytes as Uint8Array<ArrayBuffer>, signal });
    await answer.body?.cancel();
    return answer.status;
  } catch (cause) {
    return signal.aborted ? "late" : codeOf(cause as NodeJS.ErrnoException);
  }
}

/** Never the message, which others write. */
function codeOf({ code }: NodeJS.ErrnoException): string {
  return typeof code === "string" && /^[A-Za-z0-9_]{1,60}$/.test(code) ? code : "the connection was lost";
}
