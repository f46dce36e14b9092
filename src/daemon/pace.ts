/** To be awaited now and then by what takes long: others have their turn when the event loop has been held for `sliceMs`. */
export type Pace = () => Promise<void> | undefined;

export function createPace(sliceMs: number): Pace {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}

/** A parser holds the loop for no longer than this, where it can be stopped. */
const parserSliceMs = 10;

/** For a parser: throws when nobody wants it any more. */
export function createParserPace(abort: AbortSignal): Pace {
  const breathe = createPace(parserSliceMs);
  return () => {
    abort.throwIfAborted();
    return breathe();
  };
}
