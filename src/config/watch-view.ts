import { formatDuration } from "#base/duration.ts";
import { maskUrl } from "#config/watch-urls.ts";
import { redactArgs } from "#process/redact.ts";
import type { HttpProbe, HttpReload, Validation, WatchSettings } from "#process/reload.ts";

/** A watch as the file has it: times as text, and no passwords. */
export function writtenWatch(watch: WatchSettings) {
  const { name, paths, target, verb, validate, http, proof, retry } = watch;
  return {
    name,
    paths,
    target,
    verb,
    settle: formatDuration(watch.settleMs),
    settleMost: formatDuration(watch.settleMostMs),
    rescan: formatDuration(watch.rescanMs),
    minSpacing: formatDuration(watch.minSpacingMs),
    splay: formatDuration(watch.splayMs),
    validate: validate && writtenValidation(validate),
    http: http && writtenHttp(http),
    proof: { wait: formatDuration(proof.waitMs), http: proof.http && writtenProbe(proof.http) },
    retry: { on: retry.on, least: formatDuration(retry.leastMs), most: formatDuration(retry.mostMs) },
  };
}

function writtenValidation(validation: Validation) {
  switch (validation.kind) {
    case "http":
      return { http: maskUrl(validation.url), timeout: formatDuration(validation.timeoutMs) };
    case "exec":
      return { exec: redactArgs(validation.command).map(maskUrl), timeout: formatDuration(validation.timeoutMs) };
    default:
      return validation.kind;
  }
}

function writtenHttp({ url, method, status: [from, to], timeoutMs }: HttpReload) {
  const status = from === to ? String(from) : `${from}-${to}`;
  return { url: maskUrl(url), method, status, timeout: formatDuration(timeoutMs) };
}

function writtenProbe({ url, field, expect }: HttpProbe) {
  return { url: maskUrl(url), field, expect };
}
