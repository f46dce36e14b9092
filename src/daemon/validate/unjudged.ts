/** Gathers the files that nobody could judge, and says it in a sentence that does not grow with their number. */
export interface UnjudgedFiles {
  /** `why`: a verb and what follows. */
  add(path: string, why: string): void;
  sentence(): string | null;
}

export function createUnjudged(): UnjudgedFiles {
  let first: string | null = null;
  let others = 0;
  return {
    add(path, why) {
      if (first === null) first = `${path} ${why}`;
      else others++;
    },
    sentence() {
      if (first === null) return null;
      return `${first}${others === 0 ? "" : `, and ${others} more are the like`}. The app is told all the same; split what is large.`;
    },
  };
}
