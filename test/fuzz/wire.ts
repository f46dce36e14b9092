/** What goes over the wire; each text is bytes (latin1). */
export interface Message {
  readonly method: string;
  /** The request target up to the query. */
  readonly path: string;
  /** Name and value as they stand in the query; null: without an equals sign. */
  readonly query: readonly (readonly [name: string, value: string | null])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
  readonly shape: Shape;
}

/**
 * How it is sent. An answer is due to the first ones; the others break HTTP or leave too early, and may be answered or
 * closed upon.
 */
export const wholeShapes = ["length", "chunked", "split", "pipelined", "http10", "expect", "surplus"] as const;
export const brokenShapes = ["truncated", "abandoned", "both-lengths", "bad-chunk", "bad-field", "huge"] as const;
export type Shape = (typeof wholeShapes)[number] | (typeof brokenShapes)[number];

export const isWhole = ({ shape }: Pick<Message, "shape">) => (wholeShapes as readonly Shape[]).includes(shape);

/** With `surplus` this is less than what follows, and the rest is no part of the request. */
export function bodyOf({ body, shape }: Message): string {
  const whole = body ?? "";
  return shape === "surplus" ? whole.slice(0, whole.length >> 1) : whole;
}

export function targetOf({ path, query }: Pick<Message, "path" | "query">): string {
  const pairs = query.map(([name, value]) => (value === null ? name : `${name}=${value}`));
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** The pieces that are written one after another. */
export function piecesOf(message: Message): readonly string[] {
  const { method, headers, body, shape } = message;
  const text = body ?? "";
  const line = `${method} ${targetOf(message)} HTTP/1.${shape === "http10" ? 0 : 1}\r\n`;
  const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const sized = (length: number) => (body === null && method !== "POST" ? "" : `Content-Length: ${length}\r\n`);
  const head = (more: string) => `${line}${fields}${more}\r\n`;
  switch (shape) {
    case "length":
    case "http10":
    case "abandoned":
      return [head(sized(text.length)) + text];
    case "surplus":
      return [head(`Content-Length: ${text.length >> 1}\r\n`) + text];
    case "truncated":
      return [head(`Content-Length: ${text.length + 10}\r\n`) + text];
    case "chunked":
      return [head("Transfer-Encoding: chunked\r\n"), ...chunksOf(text), "0\r\n\r\n"];
    case "split": {
      const all = head(sized(text.length)) + text;
      const third = Math.ceil(all.length / 3);
      return [all.slice(0, third), all.slice(third, 2 * third), all.slice(2 * third)];
    }
    case "pipelined":
      return [`${head(sized(text.length))}${text}GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`];
    case "expect":
      return [head(`Expect: 100-continue\r\n${sized(text.length)}`), text];
    case "both-lengths":
      return [head(`Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n`), ...chunksOf(text), "0\r\n\r\n"];
    case "bad-chunk":
      return [head("Transfer-Encoding: chunked\r\n"), `zz\r\n${text}\r\n0\r\n\r\n`];
    case "bad-field":
      return [head(`X-Bad: a\0b\r\nX Y: 1\r\n${sized(text.length)}`) + text];
    case "huge":
      return [head(`X-Huge: ${"h".repeat(70_000)}\r\n${sized(text.length)}`) + text];
  }
}

function chunksOf(text: string): string[] {
  if (text === "") return [];
  const size = Math.max(1, Math.ceil(text.length / 3));
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(text.slice(at, at + size));
  return parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
}

/** A line for a shell that sends it again. What curl would change is written as it is, for printf and nc. */
export function commandOf(message: Message, address: string): string {
  const { method, headers, body, shape } = message;
  const target = targetOf(message);
  const all = [method, target, ...headers.flat(), body ?? ""].join("");
  const isPlain = (shape === "length" || shape === "http10") && /^[\x20-\x7e]*$/.test(all) && all.length < 4_000;
  if (!isPlain || address.startsWith("/")) {
    const octal = (bytes: string) =>
      bytes.replace(
        /[^\x20-\x24\x26-\x5b\x5d-\x7e]/g,
        (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`,
      );
    const bytes = octal(piecesOf(message).join("")).replaceAll("'", "\\047").replaceAll("%", "%%");
    const where = address.startsWith("/") ? `-U ${address}` : address.replace(/:(\d+)$/, " $1");
    return `printf '${bytes.length > 4_000 ? `${bytes.slice(0, 4_000)}…` : bytes}' | nc ${where}`;
  }
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const flags = headers.map(([name, value]) => `-H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`);
  const verb = method === "HEAD" ? "-I" : `-X ${quoted(method)}`;
  const data = body === null ? "" : ` --data-binary ${quoted(body)}`;
  const version = shape === "http10" ? "--http1.0 " : "";
  return `curl -i -g --path-as-is ${version}${verb} ${flags.join(" ")}${data} ${quoted(`http://${address}${target}`)}`;
}
