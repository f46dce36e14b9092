import type { Terminal } from "#cli/run.ts";

/** A terminal that is none: what is printed goes into the lists. */
export function paperTerminal(): Terminal & { readonly outs: string[]; readonly errs: string[] } {
  const outs: string[] = [];
  const errs: string[] = [];
  return {
    outs,
    errs,
    profiles: [],
    env: {},
    out: (text) => void outs.push(text),
    err: (text) => void errs.push(text),
    live: { write: async () => {}, untilEnough: () => new AbortController().signal },
    screen: { size: () => null, isMovable: () => false, onResize: () => () => {}, onKeys: () => () => {} },
    documents: { openApi: async () => ({}), initHelp: async () => "" },
    demo: async () => 0,
  };
}
