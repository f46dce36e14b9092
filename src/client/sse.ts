/** One block of an event stream, between two empty lines; what it does not have is null. */
export interface SseBlock {
  readonly id: string | null;
  /** Null: no event, but perhaps an id to resume after. */
  readonly data: string | null;
  /** Milliseconds to wait before connecting again. */
  readonly retry: number | null;
  /** A line that is no field: what the agent has to say to whoever looks at the stream itself. */
  readonly comment: string | null;
}

/**
 * Cuts the text of https://html.spec.whatwg.org/multipage/server-sent-events.html as the agent writes it, lines of \n and
 * one data line a block, into blocks, however the text comes in pieces. A block that has no end is none.
 */
export function createSseParser(): (text: string) => readonly SseBlock[] {
  let rest = "";
  return (text) => {
    // Only the end of what was there before can be half of an empty line.
    const seen = Math.max(0, rest.length - 1);
    rest += text;
    if (rest.indexOf("\n\n", seen) < 0) return [];
    const end = rest.lastIndexOf("\n\n");
    const blocks = rest.slice(0, end).split("\n\n");
    rest = rest.slice(end + 2);
    return blocks.map(readBlock);
  };
}

function readBlock(text: string): SseBlock {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon >= 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ""));
  }
  const retry = fields.get("retry");
  return {
    id: fields.get("id") ?? null,
    data: fields.get("data") ?? null,
    retry: retry !== undefined && /^\d{1,6}$/.test(retry) ? Number(retry) : null,
    comment: fields.get("") ?? null,
  };
}
