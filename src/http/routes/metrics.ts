import type { Context } from "hono";
import { accepts } from "hono/accepts";
import * as z from "zod/mini";
import { acceptsGzip } from "#http/accepts-gzip.ts";
import { endpoint, type HttpEnv } from "#http/endpoint.ts";
import { whole } from "#http/slices.ts";

export const showMetrics = endpoint({
  summary: "Metrics for Prometheus, by Accept as OpenMetrics; gzip where it is accepted",
  tag: "Service",
  // Prometheus passes on what its `params` say.
  query: z.looseObject({}),
  handle({ c, service }) {
    const request = { format: prefersOpenMetrics(c) ? "openMetrics" : "text", gzip: acceptsGzip(c) } as const;
    const { body, contentType, compressed } = service.metrics.serve(request);
    return whole(c, body, {
      "content-type": contentType,
      // For HEAD too, whose answer has no body to be counted.
      "content-length": `${body.length}`,
      vary: "accept, accept-encoding",
      ...(compressed && { "content-encoding": "gzip" }),
    });
  },
});

const text = "text/plain";
const openMetrics = "application/openmetrics-text";

/** Prometheus asks for several versions of both, best first; of a version that is to come nothing is known here. */
function prefersOpenMetrics(c: Context<HttpEnv>): boolean {
  const asked = accepts(c, {
    header: "Accept",
    supports: [text, openMetrics],
    default: text,
    // The ranges come best first.
    match(ranges, { default: fallback }) {
      const known = ranges.find(
        ({ type, q, params }) => q > 0 && (type === text || (type === openMetrics && isKnown(params["version"]))),
      );
      return known?.type ?? fallback;
    },
  });
  return asked === openMetrics;
}

function isKnown(version: string | undefined): boolean {
  return version === undefined || version === "1.0.0" || version === "0.0.1";
}
