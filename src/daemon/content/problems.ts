import { mostEntries, type Nothing } from "#daemon/content/walk.ts";

/** Gathers what could not be read, and says it in one sentence that does not grow with the number of files. */
export function createProblems(limits: { readonly files: number; readonly bytes: number }) {
  let first: string | null = null;
  let others = 0;
  let large = false;
  return {
    /** `isTop`: it is a path of the watch itself. A link in a directory may lead to nothing (an editor's lock). */
    add(path: string, why: Nothing | "large", isTop: boolean): void {
      if (why === "large") {
        large = true;
        return;
      }
      const sentence = sentenceOf(path, why, isTop);
      if (sentence === null) return;
      if (first === null) first = sentence;
      else others++;
    },
    sentence(): string | null {
      const told = first === null ? [] : [others === 0 ? first : `${first} The same or alike for ${others} more.`];
      if (large)
        told.push(
          `Cannot read all of it: there are more than ${limits.files} files or ${limits.bytes / 1024 / 1024} MiB. Of the rest, size and time tell whether it has changed; watch less.`,
        );
      return told.length > 0 ? told.join(" ") : null;
    },
  };
}

function sentenceOf(path: string, why: Nothing, isTop: boolean): string | null {
  switch (why) {
    case "absent":
      return `Cannot read ${path}: there is nothing. It is read as soon as it is there.`;
    case "dangling":
      return isTop ? `Cannot read ${path}: its link leads to nothing. It is read as soon as it leads somewhere.` : null;
    case "denied":
      return `Cannot read ${path}: UID ${process.getuid?.()} may not. Let sexton run as a user or group that may, or give fsGroup.`;
    case "circle":
      return `Cannot read ${path}: its links lead in a circle, or folders lie too deep. Watch a path without them.`;
    case "special":
      return isTop ? `Cannot read ${path}: it is no file and no directory. Watch one of these.` : null;
    case "again":
      return null;
    case "crowd":
      return `Cannot read all of ${path}: there are more than ${mostEntries} entries, and of the rest nothing is seen. Watch less.`;
    case "unreadable":
      return `Cannot read ${path}: its name is not UTF-8, or its disk fails. Give it another name.`;
  }
}
