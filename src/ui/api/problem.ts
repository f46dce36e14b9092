/** What the API answers instead of what was asked for (RFC 9457), with the facts that some kinds have. */
export interface Problem {
  readonly kind: string;
  readonly status: number;
  readonly detail: string;
  readonly fix?: string;
  readonly candidates?: readonly unknown[];
  readonly nearest?: string | null;
}

/** `problem` null: nobody answered. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem | null };

export function problemOf(status: number, text: string): Problem {
  try {
    const { kind = "internal", detail = "", ...facts } = JSON.parse(text) as Partial<Problem>;
    return { ...facts, kind, detail, status };
  } catch {
    return { kind: "internal", status, detail: text.slice(0, 200) || `The answer has status ${status}.` };
  }
}

export const nobodyAnswers = "Nobody answers. Is sexton running?";

export function detailOf(problem: Problem | null): string {
  return problem?.detail ?? nobodyAnswers;
}
