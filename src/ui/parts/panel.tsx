import type { ComponentChildren } from "preact";
import type { Fed } from "#ui/api/feed.ts";
import { ProblemNote } from "#ui/parts/notes.tsx";

/** What a feed has, or why it has nothing. */
export function FromFeed<T>({
  fed,
  children,
}: {
  readonly fed: Fed<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  return (
    <>
      {fed.problem && <ProblemNote problem={fed.problem} />}
      {fed.value === null ? !fed.problem && <p class="muted loading">Loading…</p> : children(fed.value)}
    </>
  );
}
