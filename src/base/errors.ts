/** The closed set of reasons why a request is answered with less than was asked, each with its HTTP status (RFC 9110). */
export const problemStatus = {
  "bad-request": 400,
  "unknown-signal": 400,
  unauthorized: 401,
  forbidden: 403,
  "permission-denied": 403,
  "signal-not-allowed": 403,
  "protected-process": 403,
  "not-found": 404,
  "target-not-found": 404,
  "process-gone": 404,
  "method-not-allowed": 405,
  "target-ambiguous": 409,
  "process-replaced": 409,
  "signal-unhandled": 409,
  "payload-too-large": 413,
  "unsupported-media-type": 415,
  "too-many-requests": 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ProblemKind = keyof typeof problemStatus;

/** A refusal as a value: `detail` is a sentence that says what was asked, what was found and what to do. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly detail: string;
  /** What a program may want beside the sentence: `candidates`, `fix`, `disposition`, `nearest`. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export function problem(kind: ProblemKind, detail: string, facts?: Readonly<Record<string, unknown>>): Problem {
  return facts ? { kind, detail, facts } : { kind, detail };
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "kind" in value && "detail" in value;
}

/** A problem on its way out of a request. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** What the person who started the command got wrong: printed as one sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
