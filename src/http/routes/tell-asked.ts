import type { Context } from "hono";
import type { Bus } from "#daemon/bus.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import type { EventDraft } from "#process/event.ts";

/** Tells who asked for what, where nothing that follows does. */
export function tellAsked(
  c: Context<HttpEnv>,
  bus: Pick<Bus, "emit">,
  type: Extract<EventDraft["type"], `reload.${string}`>,
  data: Readonly<Record<string, unknown>>,
): void {
  bus.emit({ type, data: { ...data, caller: c.get("caller") }, trace: c.get("trace") });
}
