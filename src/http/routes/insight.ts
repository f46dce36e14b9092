import * as z from "zod/mini";
import { columns } from "#base/columns.ts";
import { answer } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";

export const showDoctor = endpoint({
  summary: "What is wrong with sexton's own working, and what mends it",
  tag: "Service",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const diagnosis = service.doctor();
    const shape = (["severity", "title", "seen", "fix"] as const).map((key) => ({
      title: key.toUpperCase(),
      value: (finding: (typeof diagnosis.findings)[number]) => finding[key],
    }));
    const forPeople = () => (diagnosis.findings.length === 0 ? "No findings\n" : columns(diagnosis.findings, shape));
    return answer(c, query.pretty, forPeople, () => diagnosis);
  },
});
