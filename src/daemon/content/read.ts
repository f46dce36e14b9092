import { readlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type FileRead, type FileReading, readFile } from "#daemon/content/file.ts";
import { type ContentMemory, createContentMemory } from "#daemon/content/memory.ts";
import { createProblems } from "#daemon/content/problems.ts";
import { createRecords, type Records } from "#daemon/content/records.ts";
import { walk } from "#daemon/content/walk.ts";
import { createPace, type Pace } from "#daemon/pace.ts";
import type { Content, ContentFile } from "#process/reload.ts";

export interface ContentLimits {
  readonly files: number;
  /** Of all files together. */
  readonly bytes: number;
}

const usual: ContentLimits = { files: 10_000, bytes: 64 * 1024 * 1024 };
/** So long the event loop is held at a time. */
const sliceMs = 8;
/** With the pauses between them: a second. A kubelet changes a volume once a minute. */
const mostAttempts = 30;
const longestPauseMs = 40;

export interface ReadContent {
  readonly content: Content;
  /** Nothing of them is held: each is read again by whoever wants to see it. */
  readonly files: () => readonly ContentFile[];
}

interface Reading extends ReadContent {
  /** Every link that was followed, and where it led. */
  readonly links: ReadonlyMap<string, string>;
  readonly records: Records;
}

/**
 * What there is at the paths, hashed. Volumes of Kubernetes (and git-sync) change by one link that is made to lead
 * elsewhere: each link is read once, and all is read again if one of them has changed by the end. So a hash is always of
 * one generation.
 */
export async function readContent(
  paths: readonly string[],
  memory = createContentMemory(),
  limits = usual,
): Promise<ReadContent> {
  const pace = createPace(sliceMs);
  for (let attempt = 1; ; attempt++) {
    const reading = await readOnce(paths, memory, limits, pace);
    const moved = [...reading.links].find(([path, target]) => !leadsTo(path, target));
    if (!moved) {
      reading.records.remember();
      return { content: reading.content, files: reading.files };
    }
    if (attempt === mostAttempts) return restless(reading, moved[0]);
    await Bun.sleep(Math.min(2 ** attempt / 2, longestPauseMs));
  }
}

/** Its content may be of several generations, so that it is neither hashed nor shown. */
function restless({ content, links }: Reading, moved: string): ReadContent {
  const problem = `Cannot read ${moved} as one: it led elsewhere each of the ${mostAttempts} times that it was read. Change it less often.`;
  return { content: { ...content, hash: sha256(JSON.stringify([...links])), problem }, files: () => [] };
}

async function readOnce(
  paths: readonly string[],
  memory: ContentMemory,
  limits: ContentLimits,
  pace: Pace,
): Promise<Reading> {
  const records = createRecords(memory);
  const files: ContentFile[] = [];
  const links = new Map<string, string>();
  const generations = new Set<string>();
  const changes = new Map<string, number>();
  const problems = createProblems(limits);
  let [count, total, read] = [0, 0, 0];

  function take(index: number, name: string, shown: string, path: string, sealed: boolean, reading: FileReading): void {
    if (reading.kind === "nothing") {
      // In a directory it has left since that was listed.
      if (reading.why === "absent" && name !== "") return;
      records.nothing(index, name, reading.why);
      if (reading.why !== "absent") problems.add(shown, reading.why, name === "");
      return;
    }
    const { stat } = reading;
    count++;
    total += stat.size;
    if (!sealed) changes.set(path, stat.ctimeMs);
    if (reading.kind === "unread") {
      records.unread(index, name, stat, reading.why);
      problems.add(shown, reading.why, name === "");
      return;
    }
    read += reading.length;
    records.read(index, name, stat, reading.digest);
    files.push({ path: shown, size: reading.length, read: () => readAgain(path, reading, shown) });
  }

  for (const [index, top] of paths.entries())
    for (const step of walk(resolve(top), links)) {
      switch (step.kind) {
        case "link":
          changes.set(step.path, step.stat.ctimeMs);
          if (basename(step.path) === "..data") generations.add(basename(step.target));
          break;
        case "directory":
          if (!step.sealed) changes.set(step.path, step.stat.ctimeMs);
          records.directory(index, step.name, step.stat);
          break;
        case "volume":
          // Its link tells when, and where that leads is the directory.
          changes.delete(step.path);
          break;
        case "file": {
          const most = { read: count < limits.files ? limits.bytes - read : -1, held: 0 };
          const shown = join(top, step.name);
          take(index, step.name, shown, step.path, step.sealed, await readFile(step.path, most, pace));
          break;
        }
        case "nothing":
          records.nothing(index, step.name, step.why);
          problems.add(join(top, step.name), step.why, step.name === "");
          break;
        default:
      }
      await pace();
    }
  const newest = Math.max(...changes.values());
  return {
    content: {
      hash: records.hash(),
      files: count,
      bytes: total,
      generation: generations.size > 0 ? [...generations].join(",") : null,
      changedAt: changes.size > 0 ? newest : null,
      problem: problems.sentence(),
    },
    files: () => files,
    links,
    records,
  };
}

async function readAgain(path: string, { length, digest }: FileRead, shown: string): Promise<Uint8Array> {
  const again = await readFile(path, { read: length, held: length }, createPace(sliceMs));
  if (again.kind !== "read" || again.digest !== digest || !again.bytes)
    throw new Error(`${shown} has changed since it was read`);
  return again.bytes;
}

const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");

function leadsTo(path: string, target: string): boolean {
  try {
    return readlinkSync(path) === target;
  } catch {
    return false;
  }
}
