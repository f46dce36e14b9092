/** What a benchmark has to undo, newest first; undone at its end, and when it is interrupted. */
export interface Cleanup extends AsyncDisposable {
  add(undo: () => unknown): void;
}

export function createCleanup(): Cleanup {
  const undos: (() => unknown)[] = [];
  const undoAll = async () => {
    for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
  };
  const interrupted = async () => {
    await undoAll();
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupted);
  return {
    add: (undo) => undos.push(undo),
    async [Symbol.asyncDispose]() {
      await undoAll();
      for (const signal of signals) process.off(signal, interrupted);
    },
  };
}
