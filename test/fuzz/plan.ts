import type { Api, Operation, Parameter } from "./api.ts";
import { fixedHeaders, headersOf } from "./headers.ts";
import { oddPath, oddQuery } from "./odd.ts";
import type { Random } from "./random.ts";
import { encode, type Values } from "./values.ts";
import { brokenShapes, type Message, type Shape, wholeShapes } from "./wire.ts";

export type Listener = "main" | "unix" | "probes";
export type Credential = "none" | "probe" | "read" | "operate" | "wrong" | "garbled";

/** One request of the fuzzer. */
export interface Plan {
  readonly index: number;
  readonly message: Message;
  readonly listener: Listener;
  readonly credential: Credential;
  /** What it was made for; null: its path was made odd. */
  readonly operation: Operation | null;
}

/** What there is to be named at this moment. */
export interface Names {
  /** A pid or an id of one of the processes. */
  process(random: Random): string;
  /** One that could take a signal. */
  living(random: Random): string;
  /** Tells this run's requests from another's. */
  readonly run: number;
  readonly targets: readonly string[];
  readonly watches: readonly string[];
  /** Paths of the page and of the document. */
  readonly assets: readonly string[];
  readonly listeners: readonly Listener[];
  readonly secrets: Partial<Readonly<Record<Credential, string>>>;
}

const verbs = ["reload", "terminate", "drain", "reopen-logs", "dump", "quit", "HUP", "SIGUSR1", "sigusr2", "10"];
const signals = [...verbs, "RTMIN+3", "SIGRTMAX", "rtmax-1", "CONT", "KILL", "STOP", "CHLD", "TERM", "64", "0", "32"];
/** What takes long to make, or is long to read. */
const heavy: Readonly<Record<string, number>> = { "/doctor": 0.05, "/openapi.json": 0.1, "/docs/{asset}": 0.05 };
const methods = [
  "GET",
  "HEAD",
  "OPTIONS",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "TRACE",
  "QUERY",
  "PROPFIND",
  "get",
  "Post",
];
export function makePlan(api: Api, values: Values, names: Names, random: Random, index: number): Plan {
  const wanted = random.weighted(
    api.operations.map((each) => [heavy[each.path] ?? (each.method === "POST" ? 2 : 1), () => each] as const),
  );
  if (wanted.method === "POST" && random.chance(0.35)) return plainPlan(wanted, values, names, random, index);
  const isOdd = random.chance(0.12);
  const path = pathOf(wanted, values, names, random);
  const method = random.chance(0.9) ? wanted.method : random.pick(methods);
  const isHead = wanted.method === "GET" && method === "GET" && random.chance(0.06);
  const takesBody = wanted.fields !== null || method !== "GET";
  const body = random.chance(takesBody ? 0.7 : 0.03) ? bodyFor(wanted, values, names, random) : null;
  const shape = shapeOf(random, body !== null);
  const credential = credentialOf(names, random);
  return {
    index,
    listener: random.pick(names.listeners),
    credential,
    operation: isOdd ? null : wanted,
    message: {
      method: isHead ? "HEAD" : method,
      path: isOdd ? oddPath(random, values, path) : path,
      query: queryOf(wanted, values, names, random),
      headers: [...fixedHeaders(credential, names, index), ...headersOf(values, random, body)],
      body,
      shape,
    },
  };
}

/** A mutation as a person would ask for it, so that much is done and not only refused. */
function plainPlan(operation: Operation, values: Values, names: Names, random: Random, index: number): Plan {
  const { path, fields } = operation;
  const credential = credentialOf(names, random);
  const verb = random.pick(random.chance(0.5) ? verbs : signals);
  const has = (name: string) => fields !== null && name in fields;
  const strategy = random.chance(0.2) ? random.pick(["adopt", "terminate-parent"]) : random.pick(["auto", "nudge"]);
  const body = has("verb") ? (path.includes("{verb}") ? null : verb) : has("strategy") ? strategy : null;
  const query: [string, string][] = [
    ...(has("wait") ? [["wait", random.pick(["0", "0", "5ms"])] as [string, string]] : []),
    ...(has("force") && random.chance(0.4) ? [["force", "true"] as [string, string]] : []),
    ...(random.chance(0.1) ? [["dryRun", "true"] as [string, string]] : []),
  ];
  const filled = path
    .replace("{verb}", encodeURIComponent(verb))
    .replace("{pid}", names.living(random))
    .replace("{name}", "conf");
  return {
    index,
    credential,
    listener: random.pick(names.listeners),
    operation,
    message: {
      method: "POST",
      path: filled,
      query,
      headers: [
        ...fixedHeaders(credential, names, index),
        ...(random.chance(0.2) ? headersOf(values, random, body) : []),
      ],
      body,
      shape: shapeOf(random, body !== null),
    },
  };
}

function shapeOf(random: Random, hasBody: boolean): Shape {
  if (random.chance(0.85)) return "length";
  if (random.chance(0.3)) return random.pick(brokenShapes);
  const shape = random.pick(wholeShapes);
  return hasBody || !["chunked", "surplus", "expect"].includes(shape) ? shape : "length";
}

function credentialOf({ secrets }: Names, random: Random): Credential {
  if (Object.keys(secrets).length === 0) return random.chance(0.97) ? "none" : "wrong";
  return random.weighted<Credential>([
    [10, () => "operate"],
    [4, () => "read"],
    [1, () => "probe"],
    [2, () => "none"],
    [1, () => "wrong"],
    [1, () => "garbled"],
  ]);
}

function valueFor(name: string, schema: Parameter["schema"], values: Values, names: Names, random: Random): string {
  if (random.chance(0.2)) return values.text(random);
  switch (name) {
    case "pid":
    case "pids":
      return random.chance(0.9) ? names.process(random) : values.number(random);
    case "verb":
    case "signal":
      return random.pick(random.chance(0.6) ? verbs : signals);
    case "target":
      return random.pick(names.targets);
    case "asset":
      return random.pick(names.assets);
    case "wait":
      // Seldom one that is waited out.
      return random.pick(["0", "0", "0s", "1ms", "20ms", "0.01", "-1", "61s", "1h", "soon"]);
    case "for":
      return random.pick(["1ms", "10m", "24h", "25h", "0", "x"]);
    case "limit":
      return random.chance(0.7) ? `${random.below(20)}` : values.number(random);
    case "strategy":
      // The others stop processes, or wait for them to end.
      return random.weighted([
        [6, () => "auto"],
        [4, () => "nudge"],
        [3, () => "wait"],
        [1, () => "adopt"],
        [1, () => "terminate-parent"],
      ]);
    case "types":
      return random.pick(["process.*", "signal.sent", "*", "zombie.detected,process.exited", "x.*", ","]);
    case "name":
      return random.pick(names.watches);
  }
  if (schema.enum) return String(random.pick(schema.enum));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "integer" || type === "number") return values.number(random);
  if (type === "boolean") return random.pick(["true", "false", "1", "0", ""]);
  return random.pick(["fuzz-master", "fuzz-leaver", "500", "x"]);
}

function pathOf({ path, parameters }: Operation, values: Values, names: Names, random: Random): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((each) => each.name === name);
    const value = valueFor(name, parameter?.schema ?? {}, values, names, random);
    // A segment that is none would make it another path.
    return encode(random, value === "" || value === "." || value === ".." ? "x" : value);
  });
}

function queryOf(operation: Operation, values: Values, names: Names, random: Random): [string, string | null][] {
  const known = operation.parameters.filter((parameter) => parameter.in === "query");
  const chance = Math.min(0.3, 1 / (known.length + 1));
  const pairs = known
    .filter(({ name }) => random.chance(name === "wait" ? 0.85 : chance))
    .map(({ name, schema }): [string, string | null] => [
      name,
      random.chance(0.03) ? null : encode(random, valueFor(name, schema, values, names, random)),
    ]);
  return random.chance(0.1) ? oddQuery(random, values, pairs) : pairs;
}

function bodyFor({ fields }: Operation, values: Values, names: Names, random: Random): string {
  const known = Object.entries(fields ?? { verb: {}, pid: {} });
  const chosen = known.filter(() => random.chance(0.4));
  const given = chosen.map(([name, schema]) => [name, valueFor(name, schema, values, names, random)] as const);
  const utf8 = (text: string) => Buffer.from(text).toString("latin1");
  const json = () => {
    const pairs = given.map(([name, text]) => {
      if (random.chance(0.1)) return [name, values.json(random)];
      if (/^(true|false|\d{1,7})$/.test(text) && random.chance(0.7))
        return [name, JSON.parse(text.replace(/^0+(?=\d)/, ""))];
      return [name, text];
    });
    return utf8(JSON.stringify(Object.fromEntries(pairs)));
  };
  return random.weighted([
    [8, json],
    [4, () => given.map(([name, value]) => `${name}=${encode(random, value)}`).join("&")],
    [4, () => valueFor(known[0]?.[0] ?? "verb", {}, values, names, random)],
    [1, () => utf8(JSON.stringify(values.json(random)))],
    [1, () => json().slice(0, -1 - random.below(3))],
    [1, () => `${json()}${random.pick(["x", "\0", "{}", "\xff"])}`],
    [0.5, () => `${"[".repeat(2_000)}`],
    [0.5, () => `{"verb":"reload","verb":"TERM","__proto__":{"pid":1}}`],
    [0.5, () => "verb=HUP&verb=TERM"],
    [0.5, () => values.text(random)],
    [0.5, () => random.bytes(50)],
    [0.3, () => "x".repeat(random.pick([65_536, 65_537, 200_000]))],
    [0.3, () => `{"verb": "${"x".repeat(random.pick([65_000, 70_000]))}"}`],
  ]);
}
