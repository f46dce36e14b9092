import * as z from "zod/mini";
import { answer } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";
import { containerSummaryView, containerTable, podSummaryView } from "#http/views/process.ts";

export const listContainers = endpoint({
  summary: "The containers, and the pods that they are of",
  tag: "Processes",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const { containers, pods } = service.agent.containers();
    return answer(
      c,
      query.pretty,
      () => containerTable(containers),
      () => ({ containers: containers.map(containerSummaryView), pods: pods.map(podSummaryView) }),
    );
  },
});
