import type { Node, Pair, ParsedNode } from "yaml";

/** What the grammar allows and an app cannot read. */
export interface Flaw {
  /** In characters; null: it is not of one place. */
  readonly offset: number | null;
  readonly reason: string;
}

/** A document that is larger than this with its aliases written out fills the memory of whoever does so ("billion laughs"). */
const mostNodes = 10_000_000;

type Yaml = Pick<typeof import("yaml"), "isAlias" | "isCollection" | "isPair" | "isScalar" | "isMap">;

/** Looks for keys that are there twice, aliases of nothing or of what they are in, and aliases that grow without end. */
export function createYamlStructure({ isAlias, isCollection, isMap, isPair, isScalar }: Yaml) {
  class Found extends Error {
    readonly flaw: Flaw;
    constructor(offset: number | null, reason: string) {
      super(reason);
      this.flaw = { offset, reason };
    }
  }

  return function flawOf(document: ParsedNode | null): Flaw | null {
    /** How many nodes there are below an anchor; null: it is not yet known, since it is being looked at. */
    const anchors = new Map<string, number | null>();

    function count(node: unknown): number {
      if (isPair(node)) return count((node as Pair).key) + count((node as Pair).value);
      if (isAlias(node)) {
        const size = anchors.get(node.source);
        if (size === undefined) throw new Found(offsetOf(node), "an alias is of an anchor that is not there");
        if (size === null) throw new Found(offsetOf(node), "an alias is within what it is of");
        return size;
      }
      const { anchor } = (node ?? {}) as { anchor?: string };
      if (anchor !== undefined) anchors.set(anchor, null);
      let size = 1;
      if (isCollection(node)) {
        if (isMap(node)) refuseDuplicates(node.items);
        for (const item of node.items) size += count(item);
      }
      if (anchor !== undefined) anchors.set(anchor, size);
      if (size > mostNodes) throw new Found(offsetOf(node), "aliases of aliases make it too large to be read");
      return size;
    }

    function refuseDuplicates(pairs: readonly Pair[]): void {
      const known = new Set<unknown>();
      for (const { key } of pairs) {
        // More than one merge is what some write, and what most parsers take.
        if (!isScalar(key) || key.value === "<<") continue;
        if (known.has(key.value)) throw new Found(offsetOf(key), "a key is there twice");
        known.add(key.value);
      }
    }

    try {
      count(document);
      return null;
    } catch (cause) {
      if (cause instanceof Found) return cause.flaw;
      throw cause;
    }
  };
}

function offsetOf(node: unknown): number | null {
  return (node as Node | null)?.range?.[0] ?? null;
}
