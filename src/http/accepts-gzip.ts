import type { Context } from "hono";
import { accepts } from "hono/accepts";

/** `gzip;q=0` does not (RFC 9110 12.5.3). */
export function acceptsGzip(c: Context): boolean {
  const supports = ["gzip", "identity"];
  return accepts(c, { header: "Accept-Encoding", supports, default: "identity" }) === "gzip";
}
