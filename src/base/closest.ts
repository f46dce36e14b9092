type Library = typeof import("fastest-levenshtein");

/**
 * Loaded with the first mistake that somebody is to be told of: it takes half a megabyte, which an agent that is never
 * asked for anything wrong can do without.
 */
const library = (): Library => require("fastest-levenshtein");

/** Of the known words the one that the given one is most like, however little that is. */
export function closest(word: string, known: readonly string[]): string {
  return library().closest(word, known);
}

/** How many letters are to be changed, added or left out to get from one to the other. */
export function distance(one: string, other: string): number {
  return library().distance(one, other);
}

/** The known word that may have been meant: its beginning, its letters in another order, or a few of them wrong; null: none is like it. */
export function alike(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const said = word.toLowerCase();
  const words = known.map((each) => each.toLowerCase());
  const letters = (text: string) => [...text].sort().join("");
  const found = words.findIndex(
    (each) => letters(each) === letters(said) || (said.length >= 3 && each.startsWith(said)),
  );
  if (found >= 0) return known[found] ?? null;
  const near = closest(said, words);
  // A third of the letters; of a short word one.
  const most = Math.max(1, Math.floor(Math.max(said.length, near.length) / 3));
  return distance(said, near) <= most ? (known[words.indexOf(near)] ?? null) : null;
}

/** ` Did you mean "reload"?`, to be appended to a sentence; empty, or `otherwise`, where nothing known is like it. */
export function suggestion(
  word: string,
  known: readonly string[],
  shown: (near: string) => string = (near) => `"${near}"`,
  otherwise = "",
): string {
  const near = alike(word, known);
  return near === null ? otherwise : ` Did you mean ${shown(near)}?`;
}
