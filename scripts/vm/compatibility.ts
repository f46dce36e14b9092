import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { countsOf, type Results } from "./result.ts";

const begin = "<!-- Written by `npm run test:vm -- --write`. A change by hand is lost. -->";
const end = "<!-- Until here. -->";

export interface Played extends Results {
  readonly suite: string;
  /** The day, in UTC. */
  readonly day: string;
}

/** Keeps what was found, and writes the page's table anew from what is kept of all releases. */
export function writeCompatibility(top: string, suite: string, results: Results): void {
  const folder = join(top, "scripts/vm/played");
  mkdirSync(folder, { recursive: true });
  const played: Played = { suite, day: new Date().toISOString().slice(0, 10), ...results };
  writeFileSync(join(folder, `${suite}.json`), `${JSON.stringify(played, null, 2)}\n`);
  const page = join(top, "docs/compatibility.md");
  writeFileSync(page, withTables(readFileSync(page, "utf8"), playedIn(folder)));
}

export function playedIn(folder: string): Played[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Played);
}

/** The page with the part between the marks made anew. */
export function withTables(page: string, played: readonly Played[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`Cannot write docs/compatibility.md: it lacks a line "${begin}" or "${end}"`);
  const sorted = [...played].sort((a, b) => compareKernels(a.facts?.kernel, b.facts?.kernel));
  return `${before}${begin}\n\n${hosts(sorted)}\n\n${capabilities(sorted)}\n\n${outcomes(sorted)}\n\n${end}${after}`;
}

function hosts(played: readonly Played[]): string {
  const rows = played.map(({ facts, outcomes, day }) => {
    const { passed, failed, skipped } = countsOf(outcomes);
    return [
      facts?.system ?? "unknown",
      facts?.kernel ?? "unknown",
      `${facts?.cgroup}, systemd ${facts?.systemd}`,
      facts?.libc ?? "unknown",
      facts?.runtimes.join(", ") ?? "unknown",
      facts?.arch ?? "unknown",
      day,
      `${passed} / ${failed} / ${skipped}`,
    ];
  });
  return table(["system", "kernel", "cgroup", "libc", "runtimes", "arch", "played", "passed / failed / skipped"], rows);
}

/** Only where they differ: what is everywhere needs no table. */
function capabilities(played: readonly Played[]): string {
  const columns = played.flatMap(({ facts, capabilities }) =>
    Object.entries(capabilities).map(([place, of]) => ({ title: `${versionOf(facts?.kernel)}, ${place}`, of })),
  );
  const names = [...new Set(columns.flatMap(({ of }) => Object.keys(of)))];
  const rowOf = (name: string) => columns.map(({ of }) => said(of[name]));
  const rows = names.map((name) => [`\`${name}\``, ...rowOf(name)]).filter((row) => new Set(row.slice(1)).size > 1);
  const same = names.filter((name) => new Set(rowOf(name)).size === 1);
  const everywhere = same.map((name) => `\`${name}\` ${rowOf(name)[0]}`).join(", ");
  return `What \`sexton doctor\` could use, where it differs:\n\n${table(["capability", ...columns.map(({ title }) => title)], rows)}\n\nThe same everywhere: ${everywhere}.`;
}

function outcomes(played: readonly Played[]): string {
  const names = [...new Set(played.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)))];
  const rows = names.map((name) => [
    name,
    ...played.map(({ outcomes }) => {
      const found = outcomes.find((outcome) => outcome.name === name);
      return found === undefined ? "-" : found.status === "passed" ? "yes" : found.status;
    }),
  ]);
  return table(["check", ...played.map(({ facts }) => versionOf(facts?.kernel))], rows);
}

const said = (available: boolean | null | undefined) =>
  available === true ? "yes" : available === false ? "no" : available === null ? "not tried" : "-";

const versionOf = (kernel = "unknown") => /^\d+\.\d+/.exec(kernel)?.[0] ?? kernel;

function compareKernels(a = "0", b = "0"): number {
  return versionOf(a).localeCompare(versionOf(b), "en", { numeric: true });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
