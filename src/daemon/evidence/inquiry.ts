import type { Endings } from "#daemon/evidence/endings.ts";
import { locateEndpoint } from "#daemon/evidence/ports.ts";
import { createProbe, type Probe } from "#daemon/evidence/probe.ts";
import { activityOf, createWorkerReader, masterOf } from "#daemon/evidence/workers.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { ticksPerSecond } from "#kernel/units.ts";
import { anyProof, defaultSteadyMs, type Proof, type ProofKind, type WorkerRule } from "#policy/evidence/proof.ts";
import { createQuiet, type Quiet } from "#policy/evidence/quiet.ts";
import { createWorkerJudge, describeReplaced, type Replaced } from "#policy/evidence/workers.ts";
import { hasExeced } from "#process/diff.ts";
import type { Evidence } from "#process/evidence.ts";
import { formatId, type ProcessId } from "#process/identity.ts";
import { exeName, type Process } from "#process/process.ts";
import type { HttpProbe } from "#process/reload.ts";

/** What a reload has been seen to do by now. */
export interface Finding {
  readonly isConfirmed: boolean;
  /** All that counts. */
  readonly evidence: readonly Evidence[];
  /** In a sentence: what shows that it did not take effect. */
  readonly failure: string | null;
}

/** Looks for what proves one reload. */
export interface Inquiry {
  /** Asks what has to be asked before the signal. Null: nothing. */
  prepare(): Promise<void> | null;
  /** Right before the signal: what follows is compared with this moment. */
  begin(): void;
  /** Cheap enough to be asked again and again. `atEnd`: the time is up. */
  look(elapsedMs: number, atEnd: boolean): Finding;
  /** Workers of before that are still there; empty unless workers were seen to be replaced. */
  oldWorkers(): readonly ProcessId[];
  end(): void;
}

export interface InquiryMeans {
  readonly root: ProcRoot;
  /** One process as it is now (Observer). */
  readonly lookAt: (pid: number, anew: boolean) => Process | null;
  readonly childrenOf: (pid: number) => readonly number[];
  /** How processes end from now on. */
  readonly endings: (ids: ReadonlySet<string>) => Endings;
  /** Children of this process end of their own accord, so that it says nothing when they do. */
  readonly doComeAndGo: (process: Process) => boolean;
}

export interface Asked {
  /** Of the watch. */
  readonly http: HttpProbe | null;
  readonly opened: (() => number) | null;
  /** After so long an app that always shows its reloads has refused this one; absent: nobody says how long it may take. */
  readonly dueMs?: number;
}

const nothing: Finding = { isConfirmed: false, evidence: [], failure: null };

export function createInquiry(
  means: InquiryMeans,
  target: Process,
  proof: Proof | null,
  { http, opened, dueMs = Number.POSITIVE_INFINITY }: Asked,
): Inquiry {
  const { root, lookAt, endings } = means;
  const { kinds, steadyMs = defaultSteadyMs, workers: rule = null, http: appHttp = null } = proof ?? anyProof;
  const counts = (kind: ProofKind) => kinds.includes(kind);
  const reader = createWorkerReader(root, means.childrenOf, rule?.title !== undefined);
  let probe: Probe | null = null;
  let seeWorkers: ((elapsedMs: number, master: Process) => Replaced | null) | null = null;
  let endingsSeen: Endings | null = null;
  let before = target;
  let openedBefore = 0;
  let replaced: Replaced | null = null;
  /** What was seen and has to last. */
  const lasting = new Map<ProofKind, Quiet>();

  async function prepareProbe(found: Probe): Promise<void> {
    if (await found.before()) probe = found;
    else found.stop();
  }

  function beginWorkers(): void {
    if (rule === null && means.doComeAndGo(before)) return;
    const known = reader.read(before, []);
    const bootedMs = bootTimeMs(root);
    const seen = endings(new Set(known.map(formatId)));
    endingsSeen = seen;
    const judge = createWorkerJudge(
      rule,
      { master: masterOf(before), workers: known },
      ({ startTicks }) => bootedMs - (startTicks * 1000) / ticksPerSecond,
      (worker) => seen.of(formatId(worker)),
    );
    seeWorkers = (elapsedMs, master) =>
      judge.see({ elapsedMs, master: masterOf(master), workers: reader.read(master, known) });
  }

  /** Seen, and the app has come to rest since then. */
  function lasts(kind: ProofKind, isSeen: boolean, elapsedMs: number, now: Process): boolean {
    const quiet = lasting.get(kind) ?? (isSeen ? createQuiet(steadyMs) : null);
    if (quiet === null) return false;
    lasting.set(kind, quiet);
    quiet.see(elapsedMs, activityOf(now));
    return quiet.isSettled(elapsedMs);
  }

  return {
    prepare() {
      if (http) {
        const own = createProbe({ ...http, kind: "http-probe", succeeded: null });
        // Whatever comes of it, it is what the reload is to be judged by.
        probe = own;
        return own.before().then(() => undefined);
      }
      const url = appHttp && locateEndpoint(root, target, appHttp);
      if (!appHttp || url === null) return null;
      const { changes, succeeded = null } = appHttp;
      const kind = succeeded === null ? "http-probe" : "metric";
      return prepareProbe(createProbe({ url, field: changes, expect: null, kind, succeeded }));
    },
    begin() {
      before = lookAt(target.pid, target.layout === null) ?? target;
      openedBefore = opened?.() ?? 0;
      if (probe === null && counts("workers-replaced")) beginWorkers();
      probe?.start();
    },
    look(elapsedMs, atEnd) {
      if (probe !== null) {
        const shown = probe.evidence();
        return { isConfirmed: shown !== null, evidence: shown ? [shown] : [], failure: probe.failure(atEnd) };
      }
      const now = lookAt(target.pid, target.layout === null);
      if (now === null || now.startTicks !== before.startTicks) return nothing;
      const evidence: Evidence[] = [];
      if (seeWorkers !== null) {
        replaced = seeWorkers(elapsedMs, now);
        if (replaced) evidence.push({ kind: "workers-replaced", detail: describeReplaced(replaced) });
      }
      if (counts("re-executed") && lasts("re-executed", hasExeced(before, now), elapsedMs, now)) {
        evidence.push({ kind: "re-executed", detail: `${exeName(now.facts) ?? now.name} was executed anew` });
      }
      if (opened && counts("file-opened")) {
        const times = opened() - openedBefore;
        if (lasts("file-opened", times > 0, elapsedMs, now)) {
          evidence.push({
            kind: "file-opened",
            detail: `the watched files were opened ${times === 1 ? "once" : `${times} times`}`,
          });
        }
      }
      const isConfirmed = evidence.length > 0;
      return { isConfirmed, evidence, failure: isConfirmed || elapsedMs < dueMs ? null : refusalOf(rule, dueMs) };
    },
    oldWorkers: () => replaced?.old ?? [],
    end() {
      probe?.stop();
      endingsSeen?.stop();
    },
  };
}

/** nginx opens its configuration, and when it is no good it goes on as before without a word. */
function refusalOf(rule: WorkerRule | null, dueMs: number): string | null {
  if (!rule?.fixed) return null;
  return `It is alive, and has started no new workers in ${dueMs / 1000} s, as it does when it takes a configuration: it has refused this one (its log says why), or takes longer than proof.wait.`;
}
