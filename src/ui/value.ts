import { useEffect, useState } from "preact/hooks";

/** One thing that changes, and who wants to know. */
export interface Value<T> {
  get(): T;
  set(next: T): void;
  /** Returns what ends it. */
  listen(listener: () => void): () => void;
}

export function createValue<T>(initial: T): Value<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const listener of [...listeners]) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The value, and a new drawing of the component whenever it changes. */
export function useValue<T>(value: Value<T>): T {
  const [, redraw] = useState<object>({});
  useEffect(() => {
    redraw({});
    return value.listen(() => redraw({}));
  }, [value]);
  return value.get();
}
