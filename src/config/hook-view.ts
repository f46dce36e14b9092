import { formatDuration } from "#base/duration.ts";
import type { HookSettings } from "#process/hook.ts";

/** A hook as the file has it. */
export function writtenHook({ action, delayMs, keepMs }: HookSettings) {
  return { ...writtenAction(action), delay: formatDuration(delayMs), keep: formatDuration(keepMs) };
}

function writtenAction(action: HookSettings["action"]) {
  switch (action.kind) {
    case "signal": {
      const { verb, target, until, waitMs } = action;
      return { verb, target, until, ...(until === "sent" ? {} : { wait: formatDuration(waitMs) }) };
    }
    case "reload":
      return { reload: action.watch };
    case "hold":
      return { hold: action.watch, for: formatDuration(action.forMs) };
  }
}
