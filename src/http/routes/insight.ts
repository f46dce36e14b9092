import * as z from "zod/mini";
import { answer } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";
import { diagnosisView } from "#http/views/diagnosis.ts";
import { diagnosisText } from "#process/diagnosis-text.ts";

/** What is well read in a terminal of any width; the command line knows better. */
const width = 100;

export const showDoctor = endpoint({
  summary: "Looks at the pod: what does not work or will not, and what mends it",
  tag: "Service",
  query: z.strictObject({ pretty: prettySchema }),
  async handle({ c, query, service }) {
    const diagnosis = diagnosisView(await service.doctor());
    return answer(
      c,
      query.pretty,
      () => diagnosisText(diagnosis, { width, verbose: true }),
      () => diagnosis,
    );
  },
});
