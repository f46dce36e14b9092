import type { ApiEvent } from "#ui/api/answers.ts";
import { clockTime, text } from "#ui/model/format.ts";
import type { RegisterLine } from "#ui/model/register.ts";
import type { Column } from "#ui/parts/grid-model.ts";
import { Badge, type Tone } from "#ui/parts/notes.tsx";

const tones: Partial<Record<ApiEvent["type"], Tone>> = {
  "zombie.detected": "bad",
  "zombie.reaped": "ok",
  "process.stray": "warn",
  "signal.sent": "info",
  "signal.refused": "warn",
  "config.changed": "info",
  "config.rejected": "bad",
  "reload.started": "info",
  "reload.confirmed": "ok",
  "reload.unconfirmed": "warn",
  "reload.failed": "bad",
  "container.exited": "warn",
  "pids.pressure": "bad",
  "events.lost": "bad",
};

export const registerColumns: readonly Column<RegisterLine>[] = [
  { id: "time", title: "Time", cell: ({ event }) => `${clockTime(event.time)}.${event.time.slice(20, 23)}` },
  { id: "type", title: "Type", cell: ({ event: { type } }) => <Badge tone={tones[type] ?? "plain"}>{type}</Badge> },
  {
    id: "process",
    title: "Process",
    cell: ({ event: { process } }) => <bdi>{process ? `${process.pid} ${text(process.name)}` : text(null)}</bdi>,
  },
  {
    id: "container",
    title: "Container",
    cell: ({ event: { process } }) => (
      <bdi>{text(process?.container?.name ?? process?.container?.id?.slice(0, 12))}</bdi>
    ),
  },
  { id: "what", title: "What", cell: (line) => <What line={line} /> },
];

/** Where there is no room for a column of its own, who it is about stands before what it is. */
function What({ line: { event, what } }: { readonly line: RegisterLine }) {
  return (
    <>
      {event.process && <bdi class="about">{`${event.process.pid} ${text(event.process.name)}: `}</bdi>}
      <bdi>{what}</bdi>
    </>
  );
}
