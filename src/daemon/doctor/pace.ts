/** Others are served in between: nobody waits for an examination much longer than this. */
const sliceMs = 5;

export interface Pace {
  /** To be awaited between two small pieces of work. */
  breathe(): Promise<void> | undefined;
  /** The time that there was is over: what is left is left out, and said to be. */
  isOver(): boolean;
}

/** Work in slices, of which all together take about `mostMs` of this process's time. */
export function createPace(mostMs: number, clock: () => number = () => performance.now()): Pace {
  let sliceAt = clock();
  let spentMs = 0;
  const spent = () => spentMs + clock() - sliceAt;
  return {
    breathe() {
      if (clock() - sliceAt < sliceMs) return undefined;
      spentMs = spent();
      return new Promise((resolve) => {
        setImmediate(() => {
          sliceAt = clock();
          resolve();
        });
      });
    },
    isOver: () => spent() >= mostMs,
  };
}
