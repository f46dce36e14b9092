import { eventTypes } from "#process/event.ts";
import { eventTexts } from "./event-texts.ts";
import { code, page, table } from "./markdown.ts";

export function eventsPage(): string {
  return page(
    "Events",
    "One line of the register each, as `GET /events`, `sexton events` and the log records of OpenTelemetry have them. [api.md](api.md#event) has what all of them carry: `id`, `time`, `type`, `process`, `data`, `traceId` and `cause`, the id of the event that led to this one. What is in `data` is below; what is unknown is `null` there, and what says nothing is left out.",
    table(
      ["type", "what has happened"],
      eventTypes.map((type) => [`[${code(type)}](#${anchor(type)})`, eventTexts[type].what]),
    ),
    ...eventTypes.map((type) => {
      const { what, about, data } = eventTexts[type];
      const rows = Object.entries(data).map(([field, meaning]) => [code(field), meaning]);
      const subject = about === null ? "" : ` \`process\` is ${about}.`;
      const fields = rows.length === 0 ? "`data` is empty." : table(["data", "meaning"], rows);
      return `## ${type}\n\n${what}.${subject}\n\n${fields}`;
    }),
  );
}

/** As GitHub makes them of titles. */
function anchor(title: string): string {
  return title.replaceAll(".", "");
}
