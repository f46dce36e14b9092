import type { ComponentChildren } from "preact";
import { printableLines } from "#base/columns.ts";
import { detailOf, type Problem } from "#ui/api/problem.ts";

export type Tone = "ok" | "warn" | "bad" | "info" | "plain";

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** What the API refused, and what would mend it. */
export function ProblemNote({ problem }: { readonly problem: Problem | null }) {
  const fix = problem?.fix;
  return (
    <div class="note bad" role="alert">
      <p>
        {problem && <Badge tone="bad">{`${problem.status} ${problem.kind}`}</Badge>} {printableLines(detailOf(problem))}
      </p>
      {fix !== undefined && <Fix text={fix} />}
    </div>
  );
}

/** YAML or a command to paste. */
export function Fix({ text }: { readonly text: string }) {
  return <pre class="fix">{printableLines(text)}</pre>;
}

/** Name and value, one below the other. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
