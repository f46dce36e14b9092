import { problem } from "#base/errors.ts";
import type { Bus } from "#daemon/bus.ts";
import type { About, Applied } from "#daemon/evidence/apply.ts";
import { ask, isAnswer } from "#daemon/evidence/ask.ts";
import { createProbe, type Probe } from "#daemon/evidence/probe.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import { readListening } from "#kernel/procfs/net-tcp.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { EventType } from "#process/event.ts";
import type { Evidence } from "#process/evidence.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import type { HttpReload, WatchSettings } from "#process/reload.ts";
import { supersededText } from "#process/reload-text.ts";
import { placeOf } from "#process/url.ts";

export interface HttpReloadMeans {
  readonly root: ProcRoot;
  readonly bus: Pick<Bus, "emit">;
  /** The watch's target, for the register; null: nobody knows it, and nobody needs it. */
  readonly findTarget: () => Process | null;
}

const pollMs = 25;

const endTypes: Readonly<Record<Applied["status"], EventType & `reload.${string}`>> = {
  confirmed: "reload.confirmed",
  unconfirmed: "reload.unconfirmed",
  superseded: "reload.unconfirmed",
  failed: "reload.failed",
  "no-target": "reload.failed",
};

/**
 * Asks the app over HTTP to reload, and tells it in the register as a reload by a signal is told. The status proves
 * it, and the watch's probe where there is one.
 */
export async function reloadByHttp(
  { root, bus, findTarget }: HttpReloadMeans,
  watch: WatchSettings,
  http: HttpReload,
  { cause, trace, abort, enough }: About,
): Promise<Applied> {
  const where = `${http.method} ${placeOf(http.url)}`;
  if (!mayListen(root, http.url)) {
    const detail = `Cannot reload by ${where}: nobody listens there yet.`;
    const refusal = problem("target-not-found", detail, { candidates: [] });
    return { status: "no-target", evidence: [], detail, process: null, refusal };
  }
  const process = findTarget();
  const probe = watch.proof.http && createProbe({ ...watch.proof.http, kind: "http-probe", succeeded: null });
  await probe?.before();
  const reload = { target: watch.target, verb: watch.verb, watch: watch.name };
  const about = process && eventProcess(process);
  const started = performance.now();
  const id = bus.emit({ type: "reload.started", process: about, data: reload, trace, cause });
  const { status, evidence, detail } = await outcome().finally(() => probe?.stop());
  const afterSeconds = Math.round(performance.now() - started) / 1000;
  const failure = status === "failed" && detail !== null ? { failure: detail } : {};
  // The words that a reload by a signal has: what failed though the process is there is `unconfirmed`.
  const outcomeWord = status === "confirmed" ? status : "unconfirmed";
  const superseded = status === "superseded" ? { superseded: true } : {};
  const data = { ...reload, outcome: outcomeWord, evidence, afterSeconds, ...failure, ...superseded };
  bus.emit({ type: endTypes[status], process: about, data, cause: id });
  return { status, evidence, detail, process: process && formatId(process) };

  async function outcome(): Promise<Pick<Applied, "status" | "evidence" | "detail">> {
    const { url, method, timeoutMs } = http;
    const answer = await ask({ url, method, timeoutMs, abort, wantsBody: false });
    if (!isAnswer(answer)) return failed(`${where} failed: ${answer.failure}.`);
    const [from, to] = http.status;
    const said = `${answer.status} after ${answer.tookMs} ms`;
    if (answer.status < from || answer.status > to) {
      return failed(`${where} answered ${said}, where ${from === to ? from : `${from} to ${to}`} means success.`);
    }
    const status: Evidence = { kind: "http-status", detail: said };
    if (!probe) return { status: "confirmed", evidence: [status], detail: null };
    const shown = await waitFor(probe);
    if (shown) return { status: "confirmed", evidence: [status, shown], detail: null };
    if (enough.aborted && !abort.aborted) {
      const detail = supersededText(Math.round(performance.now() - started) / 1000);
      return { status: "superseded", evidence: [status], detail };
    }
    const seconds = watch.proof.waitMs / 1000;
    const detail = `${where} answered ${said}, and nothing seen at ${placeOf(watch.proof.http?.url ?? url)} in ${seconds} s shows an effect.`;
    return { status: "unconfirmed", evidence: [status], detail };
  }

  async function waitFor(asked: Probe): Promise<Evidence | null> {
    asked.start();
    const deadline = performance.now() + watch.proof.waitMs;
    for (;;) {
      const shown = asked.evidence();
      if (shown || abort.aborted || enough.aborted || performance.now() >= deadline) return shown;
      await Bun.sleep(pollMs);
    }
  }
}

function failed(detail: string): Pick<Applied, "status" | "evidence" | "detail"> {
  return { status: "failed", evidence: [], detail };
}

/** False only when it is certain that nobody does: all containers of a pod share one network namespace. */
function mayListen(root: ProcRoot, url: string): boolean {
  const { hostname, port, protocol } = new URL(url);
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return true;
  const sockets = readListening(root, "self");
  const wanted = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return isUnread(sockets) || sockets.some((socket) => socket.port === wanted);
}
