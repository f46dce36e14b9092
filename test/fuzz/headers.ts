import type { Credential, Names } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Values } from "./values.ts";

const accepts = [
  "application/json",
  "text/plain",
  "text/html",
  "text/event-stream",
  "application/x-ndjson",
  "application/openmetrics-text; version=1.0.0",
  "*/*",
  "application/json;q=0.1, text/plain;q=0.9",
  "text/plain;q=0",
  "image/png",
  ";;,,q=",
  "text/plain;q=x, */*;q=2",
  "\xff",
  "",
];
const contentTypes = [
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "text/plain",
  "multipart/form-data; boundary=x",
  "application/xml",
  "application/octet-stream",
  "APPLICATION/JSON",
  ";",
  "",
];

/** The trace id says in the register which request it was. */
export const traceIdOf = (run: number, index: number) =>
  `${(run + 1).toString(16).padStart(16, "0")}${(index + 1).toString(16).padStart(16, "0")}`;

export function fixedHeaders(credential: Credential, names: Names, index: number): [string, string][] {
  const { secrets } = names;
  const token = { none: null, wrong: "Bearer nobody", garbled: "Basic eDp5" } as Record<Credential, string | null>;
  const authorization = credential in token ? token[credential] : `Bearer ${secrets[credential]}`;
  return [
    ["Host", "localhost"],
    ["traceparent", `00-${traceIdOf(names.run, index)}-00f067aa0ba902b7-01`],
    ...(authorization === null || authorization === undefined
      ? []
      : [["Authorization", authorization] as [string, string]]),
  ];
}

export function headersOf(values: Values, random: Random, body: string | null): [string, string][] {
  const headers: [string, string][] = [];
  if (random.chance(0.4)) headers.push(["Accept", random.pick(accepts)]);
  if (body !== null && random.chance(0.85)) {
    const form = body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
    headers.push(["Content-Type", random.chance(0.75) ? form : random.pick(contentTypes)]);
  }
  if (random.chance(0.1)) headers.push(["Accept-Encoding", random.pick(["gzip", "br", "gzip;q=0", "*", ",,"])]);
  if (random.chance(0.12)) headers.push(oddHeader(values, random));
  return headers;
}

function oddHeader(values: Values, random: Random): [string, string] {
  // What no field value may hold would end it (RFC 9110 5.5).
  const value = values.text(random).replace(/[\0-\x08\x0a-\x1f\x7f]/g, "");
  return random.pick<[string, string]>([
    ["X-HTTP-Method-Override", "POST"],
    ["X-Request-Id", value],
    ["Last-Event-ID", random.chance(0.5) ? value : "500"],
    ["If-None-Match", value],
    ["Range", "bytes=0-1"],
    ["tracestate", value],
    ["baggage", value],
    ["Cookie", value],
    ["User-Agent", value],
    ["Origin", random.pick(["http://localhost", "https://evil.example", "null", value])],
    ["Sec-Fetch-Site", random.pick(["cross-site", "same-origin", value])],
    ["X-Forwarded-For", "1.2.3.4"],
    ["X-Forwarded-Host", "evil.example"],
    ["X-Original-URL", "/signal/TERM"],
    ["Connection", random.pick(["close", "keep-alive", "X"])],
    [`X-${"n".repeat(random.below(200))}`, "v".repeat(random.below(4_000))],
    ["Content-Language", value],
  ]);
}
