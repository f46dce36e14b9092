type Library = typeof import("fastest-levenshtein");

/**
 * Loaded with the first mistake that somebody is to be told of: it takes half a megabyte, which an agent that is never
 * asked for anything wrong can do without.
 */
const library = (): Library => require("fastest-levenshtein");

/** Of the known words the one that the given one is most like. */
export function closest(word: string, known: readonly string[]): string {
  return library().closest(word, known);
}

/** How many letters are to be changed, added or left out to get from one to the other. */
export function distance(one: string, other: string): number {
  return library().distance(one, other);
}
