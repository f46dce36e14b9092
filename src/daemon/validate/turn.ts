let last: Promise<unknown> = Promise.resolve();

/** One after the other, over all watches: what a parser takes for one file is all the memory that there is for it. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => {});
  return mine;
}
