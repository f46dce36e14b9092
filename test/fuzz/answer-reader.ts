/** One answer; its body as latin1. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; of a name that is there twice both values, with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Had no end yet when it was looked at. */
  readonly isCut: boolean;
}

/** Reads HTTP/1.1 answers from bytes as they come (RFC 9112). Throws at what is none. */
export function createAnswerReader() {
  let rest = "";
  let head: { status: number; headers: Map<string, string>; text: string } | null = null;
  let body = "";
  /** Bytes that are still to come of a body or chunk; null: until the end of the connection. */
  let left: number | null = 0;
  let mode: "head" | "length" | "chunk-size" | "chunk" | "trailer" | "close" = "head";

  function readHead(isHead: boolean): Answer | "more" | "again" {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return "more";
    const [line = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.[01] (\d{3}) /.exec(`${line} `)?.[1];
    if (status === undefined) throw new Error(`no status line: ${JSON.stringify(line.slice(0, 80))}`);
    const headers = new Map<string, string>();
    for (const each of lines) {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(each) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no field: ${JSON.stringify(each.slice(0, 80))}`);
      const key = name.toLowerCase();
      headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value);
    }
    rest = rest.slice(end + 4);
    if (status.startsWith("1")) return "again";
    head = { status: Number(status), headers, text: "" };
    body = "";
    const length = headers.get("content-length");
    if (isHead || status === "204" || status === "304") return finish(false);
    if (headers.get("transfer-encoding") === "chunked") mode = "chunk-size";
    else if (length !== undefined) {
      if (!/^\d+$/.test(length)) throw new Error(`no length: ${length}`);
      mode = "length";
      left = Number(length);
    } else mode = "close";
    return "again";
  }

  function finish(isCut: boolean): Answer {
    const { status, headers } = head as NonNullable<typeof head>;
    head = null;
    mode = "head";
    return { status, headers, body, isCut };
  }

  function step(isHead: boolean): Answer | "more" | "again" {
    switch (mode) {
      case "head":
        return readHead(isHead);
      case "length":
      case "chunk": {
        const taken = rest.slice(0, left ?? 0);
        body += taken;
        rest = rest.slice(taken.length);
        left = (left ?? 0) - taken.length;
        if (left > 0) return "more";
        if (mode === "length") return finish(false);
        if (rest.length < 2) return "more";
        if (!rest.startsWith("\r\n")) throw new Error("a chunk without an end");
        rest = rest.slice(2);
        mode = "chunk-size";
        return "again";
      }
      case "chunk-size":
      case "trailer": {
        const end = rest.indexOf("\r\n");
        if (end < 0) return "more";
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (mode === "trailer") return line === "" ? finish(false) : "again";
        if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`no size of a chunk: ${JSON.stringify(line.slice(0, 40))}`);
        left = Number.parseInt(line, 16);
        mode = left === 0 ? "trailer" : "chunk";
        return "again";
      }
      case "close":
        body += rest;
        rest = "";
        return "more";
    }
  }

  return {
    push(bytes: string): void {
      rest += bytes;
    },
    /** The next whole answer; null: there is none yet. */
    next(isHead: boolean): Answer | null {
      for (;;) {
        const found = step(isHead);
        if (found === "more") return null;
        if (found !== "again") return found;
      }
    },
    /** What there is of an answer whose head is there. */
    cut: (): Answer | null => (head ? finish(true) : null),
    /** The answer that the end of the connection ends, if it is one of those. */
    ended: (): Answer | null => (head && mode === "close" ? finish(false) : null),
    /** The head of the answer that is being read. */
    head: () => head,
    /** Bytes that belong to no answer. */
    surplus: () => (mode === "head" ? rest : ""),
  };
}
