import type { Process } from "#ui/api/answers.ts";
import { bytes, counted, percent, span, text, whole } from "#ui/model/format.ts";
import type { GroupRow, Row } from "#ui/model/tree.ts";
import type { Column } from "#ui/parts/grid-model.ts";
import { Badge, type Tone } from "#ui/parts/notes.tsx";

export const stateTones: Readonly<Record<Process["state"], Tone>> = {
  running: "ok",
  sleeping: "plain",
  idle: "plain",
  "disk-sleep": "warn",
  stopped: "warn",
  "tracing-stop": "warn",
  zombie: "bad",
  dead: "bad",
};

const ofGroup = (row: Row, value: (group: GroupRow) => string, one: (process: Process) => string) =>
  row.kind === "group" ? value(row) : one(row.process);

export function columnsFor(fdsOf: (id: string) => number | null): readonly Column<Row>[] {
  return [
    {
      id: "command",
      title: "Command",
      sortable: true,
      cell: (row) => (row.kind === "group" ? <Group row={row} /> : <Command process={row.process} />),
    },
    {
      id: "pid",
      title: "PID",
      sortable: true,
      cell: (row) =>
        ofGroup(
          row,
          () => "",
          ({ pid }) => String(pid),
        ),
    },
    {
      id: "user",
      title: "UID",
      sortable: true,
      hint: "The effective user",
      cell: (row) =>
        ofGroup(
          row,
          () => "",
          ({ uid }) => whole(uid),
        ),
    },
    {
      id: "state",
      title: "State",
      sortable: true,
      cell: (row) =>
        row.kind === "group" ? "" : <Badge tone={stateTones[row.process.state]}>{row.process.state}</Badge>,
    },
    {
      id: "cpu",
      title: "CPU",
      sortable: true,
      hint: "Of one core, over the last second or so",
      cell: (row) =>
        ofGroup(
          row,
          ({ cpuPercent }) => percent(cpuPercent),
          ({ cpuPercent }) => percent(cpuPercent),
        ),
    },
    {
      id: "rss",
      title: "Memory",
      sortable: true,
      hint: "Resident set size",
      cell: (row) =>
        ofGroup(
          row,
          ({ rssBytes }) => bytes(rssBytes),
          ({ rssBytes }) => bytes(rssBytes),
        ),
    },
    {
      id: "threads",
      title: "Thr",
      sortable: true,
      hint: "Threads",
      cell: (row) =>
        ofGroup(
          row,
          ({ threads }) => String(threads),
          ({ threads }) => String(threads),
        ),
    },
    {
      id: "fds",
      title: "FDs",
      sortable: true,
      hint: "Open file descriptors: counted for the rows that can be seen, one after the other",
      cell: (row) =>
        ofGroup(
          row,
          () => "",
          ({ id }) => whole(fdsOf(id)),
        ),
    },
    {
      id: "age",
      title: "Age",
      sortable: true,
      cell: (row) =>
        ofGroup(
          row,
          () => "",
          ({ uptimeSeconds }) => span(uptimeSeconds),
        ),
    },
  ];
}

function Group({ row: { name, processes, zombies, role } }: { readonly row: GroupRow }) {
  return (
    <>
      <bdi class="group-name">{name}</bdi> {zombies > 0 && <Badge tone="bad">{counted(zombies, "zombie")}</Badge>}{" "}
      {role !== "app" && role !== "other" && <Badge tone="info">{role}</Badge>}{" "}
      <span class="muted">{counted(processes, "process", "processes")}</span>
    </>
  );
}

function Command({ process }: { readonly process: Process }) {
  const { name, stray } = process;
  return (
    <>
      <bdi class="name">{text(name)}</bdi> {stray && <Badge tone="warn">stray</Badge>}{" "}
      <bdi class="args">{argsOf(process)}</bdi>
    </>
  );
}

/** As ps(1) shows those that have no arguments: what has ended, and threads of the kernel. */
function argsOf({ name, commandLine, state }: Process): string {
  if (state === "zombie") return "<defunct>";
  return commandLine === null ? `[${text(name)}]` : text(commandLine);
}
