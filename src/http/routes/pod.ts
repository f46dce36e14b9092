import { isProblem, type Problem, problem } from "#base/errors.ts";
import { agree } from "#http/agree.ts";
import { answer } from "#http/answer.ts";
import { readBody } from "#http/body.ts";
import { endpoint } from "#http/endpoint.ts";
import { restartBodySchema, restartQuerySchema } from "#http/schemas/restart.ts";
import type { Pod } from "#process/leave.ts";
import { restartExitCode } from "#process/leave.ts";

/** Of sexton's container: KEP-5532, and the feature gates that it is behind. */
const rules = `restartPolicyRules:
- action: RestartAllContainers
  exitCodes: {operator: In, values: [${restartExitCode}]}
`;
const needs = `The container of sexton needs this, or only sexton itself is restarted (or nothing is):\n${rules}`;
const fix = `In sexton.yaml (or SEXTON_POD_RESTART=true):\npod: {restart: true}\nIn the container of sexton:\n${rules}`;

export const restartPod = endpoint({
  summary: `Restart the pod's containers in place: sexton ends with exit code ${restartExitCode}, which restartPolicyRules of its container act on`,
  tag: "Pod",
  query: restartQuerySchema,
  async handle({ c, query, service }) {
    const read = await readBody(c, restartBodySchema, "dryRun");
    if (isProblem(read)) return read;
    const { pretty, ...asked } = query;
    const said = agree<{ dryRun?: boolean | undefined }>(read ?? {}, asked);
    if (isProblem(said)) return said;
    const refusal = refuse(service.pod);
    if (refusal) return refusal;
    const { dryRun = false } = said;
    if (!dryRun) service.pod.restart(c.get("caller"));
    const view = { exitCode: restartExitCode, dryRun, needs, traceId: c.get("trace")?.traceId ?? null };
    const sentence = `sexton ${dryRun ? "would end" : "ends"} with exit code ${restartExitCode}.`;
    const { body, headers } = answer(
      c,
      pretty,
      () => `${sentence}\n${needs}`,
      () => view,
    );
    return new Response(body, { status: dryRun ? 200 : 202, headers });
  },
});

function refuse({ isInit, mayRestart }: Pod): Problem | null {
  if (isInit) {
    const detail =
      "Cannot restart the pod: here sexton is the app's init, and its exit code is the app's. Terminate the app instead (POST /signal/terminate): its container is restarted by restartPolicy.";
    return problem("forbidden", detail);
  }
  if (mayRestart()) return null;
  const detail =
    "Cannot restart the pod: the configuration does not allow it. Set pod.restart, and the pod's restartPolicyRules.";
  return problem("forbidden", detail, { fix });
}
