/** A parser holds the loop for no longer than this, where it can be stopped. */
const atOnceMs = 10;

/** To be awaited now and then by what takes long: lets others have their turn, and throws when nobody wants it any more. */
export function createPace(abort: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    abort.throwIfAborted();
    if (performance.now() - since < atOnceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
