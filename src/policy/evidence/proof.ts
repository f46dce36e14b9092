/** What can be seen of a reload that took effect, without being told where to look. */
export type ProofKind = "workers-replaced" | "re-executed" | "file-opened";

/** How an app shows that it has reloaded. Data, like the profile that it belongs to. */
export interface Proof {
  /** What counts for this app; all else says nothing. */
  readonly kinds: readonly ProofKind[];
  /**
   * So long the app has to live on after it was seen to execute itself or to open its files: what does not like its new
   * configuration ends then.
   */
  readonly steadyMs?: number;
  readonly workers?: WorkerRule;
  /** Where the app itself can be asked; what it says then decides alone. */
  readonly http?: HttpProof;
}

/** How the workers of an app are told, and when they count as replaced. */
export interface WorkerRule {
  /** Tested against a child's command line or title; absent: forks of the master that run the same program. */
  readonly title?: RegExp;
  /** A worker of before that takes no new work and ends with what it has. */
  readonly leaving?: RegExp;
  /**
   * The master starts workers to replace others and for no other reason, so more than have gone are proof by themselves,
   * and old ones need not be waited for that are busy for hours. Their count goes up and down with the load otherwise.
   */
  readonly fixed: boolean;
  /** A new worker counts when it has lived this long. */
  readonly steadyMs: number;
}

/** A question to the app itself, at its own port on loopback. */
export interface HttpProof {
  /** Where it listens unless its arguments or its configuration say otherwise. */
  readonly port: number;
  /** It can be asked at the only port that it listens at. False: what answers may be off, and the port be for others. */
  readonly isOnlyPort: boolean;
  /** The arguments that name another address, as `--web.listen-address=:9090` or in two words. */
  readonly portArguments: readonly string[];
  /** The argument whose path goes before `path`. */
  readonly prefixArguments?: readonly string[];
  readonly path: string;
  /** The metric or the JSON field that changes with each reload that took effect. */
  readonly changes: string;
  /** The metric that is 0 when the last reload did not. */
  readonly succeeded?: string;
}

/** Of an app that nothing is known of. */
export const anyProof: Proof = { kinds: ["workers-replaced", "re-executed", "file-opened"] };

/** Of an app's own forks, while nothing is known of them. */
export const anyWorkers: WorkerRule = { fixed: false, steadyMs: 150 };

export const defaultSteadyMs = 250;
