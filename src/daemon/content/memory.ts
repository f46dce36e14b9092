/** What there is at one name of one path of a watch. */
export interface Found {
  /** Which path of the watch. */
  readonly index: number;
  /** Relative to that path, "" for itself. */
  readonly name: string;
  readonly kind: string;
  /** What the hash knows of it, beside the name and the kind. */
  readonly digest: string;
  /** Another one: it is another file, or was written to. Null: not known. */
  readonly identity: string | null;
}

/**
 * What the last reading has found, so that what may not be read for a while is taken for what it was. Held for as long as
 * its watch is, with one entry for each name.
 */
export interface ContentMemory {
  /** What there was, and all that was below it. */
  recall(index: number, name: string): readonly Found[];
  /** In the order of `compareFound`. */
  keep(found: readonly Found[]): void;
}

export function createContentMemory(): ContentMemory {
  let known: readonly Found[] = [];

  function from(index: number, start: string, belongs: (name: string) => boolean): Found[] {
    let [at, end] = [0, known.length];
    while (at < end) {
      const middle = (at + end) >>> 1;
      if (compareFound(known[middle] as Found, { index, name: start }) < 0) at = middle + 1;
      else end = middle;
    }
    const found: Found[] = [];
    for (let entry = known[at]; entry?.index === index && belongs(entry.name); entry = known[++at]) found.push(entry);
    return found;
  }

  return {
    recall(index, name) {
      if (name === "") return from(index, "", () => true);
      const below = `${name}/`;
      return [
        ...from(index, name, (other) => other === name),
        ...from(index, below, (other) => other.startsWith(below)),
      ];
    },
    keep(found) {
      known = found;
    },
  };
}

type Place = Pick<Found, "index" | "name">;

export function compareFound(one: Place, other: Place): number {
  return one.index - other.index || (one.name < other.name ? -1 : +(one.name > other.name));
}
