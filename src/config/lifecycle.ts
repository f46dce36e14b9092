import * as z from "zod/mini";
import { UsageError } from "#base/errors.ts";
import { about, field, group, namePattern, oneOf, readVerb, shown, span, switchSchema } from "#config/fields.ts";
import { type HookSettings, hookGoals } from "#process/hook.ts";
import { parseSignal } from "#process/signal.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** What ends its receiver, where that is not said otherwise. */
const endings: readonly string[] = ["terminate", "quit", "SIGTERM", "SIGQUIT", "SIGINT", "SIGKILL"];
const hookKeys = ["verb", "reload", "hold", "target", "until", "wait", "for", "delay", "keep"] as const;

/** The settings of how sexton ends, and of what others may have done by GET. */
export function createLifecycleSchemas() {
  const upToHour = (example: string) => span(0, hour, `a time from 0s to 1h such as ${example}`);
  const name = (what: string) =>
    z.optional(field((value) => (typeof value === "string" && value !== "" ? value : null), what));
  const watch = name("the name of a watch");
  const shape = {
    verb: z.optional(field(readVerb, "a verb such as terminate, or a signal")),
    reload: watch,
    hold: watch,
    target: name("the name of a target or a container"),
    until: z.optional(oneOf(...hookGoals)),
    wait: z.optional(upToHour("25s")),
    for: z.optional(span(1_000, day, "a time from 1s to 24h such as 10m")),
    delay: z._default(upToHour("5s"), 0),
    keep: z._default(upToHour("1m"), 60_000),
  } satisfies Record<(typeof hookKeys)[number], z.ZodMiniType>;
  const hook = z.pipe(
    group(shape, "a hook: {verb, target, wait, …}, {reload: WATCH} or {hold: WATCH}"),
    z.transform((hook, context): HookSettings => {
      const { verb, reload, hold, delay, keep } = hook;
      const refuse = (message: string) => {
        context.issues.push({ code: "custom", input: null, message });
        return z.NEVER as never;
      };
      const given = (["verb", "reload", "hold"] as const).filter((key) => hook[key] !== undefined);
      if (given.length !== 1)
        return refuse(
          `expected one of verb, reload and hold, found ${given.length === 0 ? "none" : given.join(" and ")}`,
        );
      const misplaced = (["target", "until", "wait"] as const).find(
        (key) => verb === undefined && hook[key] !== undefined,
      );
      if (misplaced) return refuse(`expected ${misplaced} beside verb alone`);
      if (hook.for !== undefined && hold === undefined) return refuse("expected for beside hold alone");
      const times = { delayMs: delay, keepMs: keep };
      if (reload !== undefined) return { ...times, action: { kind: "reload", watch: reload } };
      if (hold !== undefined) return { ...times, action: { kind: "hold", watch: hold, forMs: hook.for ?? 600_000 } };
      const said = verb as string;
      const ends = endings.includes(said) || endings.includes(parseSignal(said)?.name ?? "");
      const until = hook.until ?? (ends ? "exited" : "sent");
      if (until === "sent" && hook.wait !== undefined) return refuse("expected wait beside until: exited or confirmed");
      const waitMs = until === "sent" ? 0 : (hook.wait ?? 25_000);
      return { ...times, action: { kind: "signal", verb: said, target: hook.target ?? null, until, waitMs } };
    }),
  );
  const hookName = z.string().check(z.regex(namePattern, "expected letters, digits, dots and dashes"));
  const hooks = z.record(hookName, hook, {
    error: (issue) =>
      issue.code === "invalid_type" ? `expected a map of hooks, found ${shown(issue.input)}` : undefined,
  });
  return {
    shutdown: z.prefault(
      z.strictObject({
        delay: about(
          "At SIGTERM, while processes of the app are there: so long sexton goes on at most until they have ended. The kubelet kills what is there when terminationGracePeriodSeconds are over; 0s: it ends at once",
          z._default(upToHour("25s"), 25_000),
        ),
        exitWithApp: about(
          "End with exit code 0 when the app has ended, so that a Job whose sexton is a plain container completes",
          z._default(switchSchema(), false),
        ),
      }),
      {},
    ),
    hooks: about(
      "What GET /hooks/{name} does, for a kubelet's preStop, which can only GET: {verb, target, until, wait}, {reload: WATCH} or {hold: WATCH, for: 10m}, each with delay and keep. Whoever reaches the probes' listener may call them",
      z._default(hooks, {}),
    ),
    pod: z.prefault(
      z.strictObject({
        restart: about(
          "Allow POST /pod/restart: sexton ends with exit code 88, which restartPolicyRules of its container make a restart of the whole pod",
          z._default(switchSchema(), false),
        ),
      }),
      {},
    ),
  };
}

/** The keys that a hook may have. */
export const keysOfHook: readonly string[] = hookKeys;

/** A hook of a watch that is not there would be found out when it is needed. */
export function refuseUnknownWatches(
  hooks: Readonly<Record<string, HookSettings>>,
  watches: readonly { readonly name: string }[],
): void {
  for (const [name, { action }] of Object.entries(hooks)) {
    if (action.kind === "signal" || watches.some((watch) => watch.name === action.watch)) continue;
    const known =
      watches.length === 0 ? "none is configured" : `there are ${watches.map((watch) => watch.name).join(", ")}`;
    throw new UsageError(`Cannot use hooks.${name}.${action.kind}: there is no watch "${action.watch}"; ${known}.`);
  }
}
