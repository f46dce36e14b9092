import * as z from "zod/mini";
import { toTimestamp } from "#base/clock.ts";
import { isProblem, problem } from "#base/errors.ts";
import { answer, textType } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { about, flagSchema, prettySchema, textSchema, wholeSchema } from "#http/schemas/query.ts";
import { processRefSchema } from "#http/schemas/ref.ts";
import { made } from "#http/slices.ts";
import { detailText, detailView, processView, treeView } from "#http/views/process.ts";
import { type ProcessFile, processFiles } from "#process/file.ts";
import type { Process } from "#process/process.ts";
import { processTable } from "#process/process-table.ts";
import { type Sort, select, sortKeys, sortProcesses, treeOf } from "#process/selector.ts";
import { processStates } from "#process/state.ts";

const sorts = sortKeys.flatMap((key): Sort[] => [key, `-${key}`]);

const listQuery = z.strictObject({
  container: textSchema("Name, or start of the id"),
  pod: textSchema("The pod's name, namespace/name, or the start of its UID"),
  namespace: textSchema("The pod's namespace: in the node position"),
  name: textSchema("The process name, whole"),
  state: z.optional(z.enum(processStates)),
  uid: wholeSchema("The effective user"),
  stray: flagSchema("true: only those that belong to nobody, with what descends from them; false: only the others"),
  sort: about({ description: "A leading - reverses" }, z.optional(z.enum(sorts))),
  limit: wholeSchema("At most so many"),
  view: z.optional(z.enum(["list", "tree"])),
  pretty: prettySchema,
});

export const listProcesses = endpoint({
  summary: "Every process that can be seen",
  tag: "Processes",
  query: listQuery,
  handle({ c, query, service }) {
    const table = service.agent.table();
    const strays = service.strays.of(table);
    const wanted = ({ pid }: Process) => query.stray === undefined || strays.has(pid) === query.stray;
    const matching = sortProcesses(select(table.processes, query).filter(wanted), query.sort ?? "pid");
    const shown = matching.slice(0, query.limit ?? matching.length);
    const now = table.observedAt;
    const views =
      query.view === "tree"
        ? treeOf(shown).map((root) => treeView(root, now, strays))
        : shown.map((process) => processView(process, now, strays));
    return answer(
      c,
      query.pretty,
      () => processTable(views, { strays: query.stray === true }),
      () => body(views),
    );

    function body(processes: readonly object[]) {
      return {
        observedAt: toTimestamp(now),
        count: shown.length,
        total: matching.length,
        unreadable: table.unreadable,
        processes,
      };
    }
  },
});

export const showProcess = endpoint({
  summary: "One process, with everything that is known of it",
  tag: "Processes",
  params: z.object({ pid: processRefSchema }),
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, params, query, service }) {
    const detail = service.agent.inspect(params.pid);
    if (isProblem(detail)) return detail;
    const view = detailView(detail, service.clock(), service.strays.of(service.agent.table()));
    return answer(
      c,
      query.pretty,
      () => detailText(view),
      () => view,
    );
  },
});

export const showProcessFile = endpoint({
  summary: "A file of /proc/PID as the kernel wrote it",
  tag: "Processes",
  params: z.object({ pid: processRefSchema, file: about({ enum: [...processFiles] }, z.string()) }),
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, params, service }) {
    const { agent } = service;
    const offered = processFiles.filter((file) => file !== "environ" || agent.settings().exposeEnviron);
    if (!offered.includes(params.file as ProcessFile)) {
      const hint = params.file === "environ" ? " environ is served with api.exposeEnviron: true only." : "";
      return problem(
        "not-found",
        `Cannot find file "${params.file}" of a process: served are ${offered.join(", ")}.${hint}`,
        { files: offered },
      );
    }
    const content = agent.readFile(params.pid, params.file as ProcessFile);
    return isProblem(content) ? content : made(c, content, { "content-type": textType });
  },
});
