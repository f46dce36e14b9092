/* What the machine writes line by line, and what is kept of it: the same in the guest and here. */

export interface Outcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** What was found; of a failure what was not, of a skip why. */
  readonly detail: string;
  readonly seconds: number;
}

/** null: it could not be tried, or is not there. */
export type Available = boolean | null;

/** What the checks were played on. */
export interface Facts {
  readonly system: string;
  readonly kernel: string;
  readonly cgroup: string;
  readonly libc: string;
  readonly arch: string;
  readonly systemd: string;
  readonly runtimes: readonly string[];
  readonly sexton: string;
}

/** What `sexton doctor` could use there, by place: a plain process of root's, a container of a pod. */
export type Capabilities = Readonly<Record<string, Readonly<Record<string, Available>>>>;

export type Line =
  | { readonly facts: Facts }
  | { readonly outcome: Outcome }
  | { readonly capabilities: { readonly place: string; readonly of: Readonly<Record<string, Available>> } }
  | { readonly note: string }
  | { readonly end: true };

export interface Results {
  readonly facts: Facts | null;
  readonly outcomes: readonly Outcome[];
  readonly capabilities: Capabilities;
  readonly notes: readonly string[];
  /** The last line was written: nothing is missing. */
  readonly ended: boolean;
}

export function parseResults(text: string): Results {
  const lines = text.split("\n").flatMap((line): Line[] => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Line];
    } catch {
      // The machine was ended within a line.
      return [];
    }
  });
  return {
    facts: lines.flatMap((line) => ("facts" in line ? [line.facts] : []))[0] ?? null,
    outcomes: lines.flatMap((line) => ("outcome" in line ? [line.outcome] : [])),
    capabilities: Object.fromEntries(
      lines.flatMap((line) => ("capabilities" in line ? [[line.capabilities.place, line.capabilities.of]] : [])),
    ),
    notes: lines.flatMap((line) => ("note" in line ? [line.note] : [])),
    ended: lines.some((line) => "end" in line),
  };
}

export function countsOf(outcomes: readonly Outcome[]): Record<Outcome["status"], number> {
  const count = (wanted: Outcome["status"]) => outcomes.filter(({ status }) => status === wanted).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}
