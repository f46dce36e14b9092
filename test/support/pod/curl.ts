import { run } from "./command.ts";

/** An HTTP answer as curl saw it. */
export type Answer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The body as JSON; throws, with the body in the message, when it is none. */
  json(): unknown;
};

export type Call = {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * Calls a URL from inside the network namespace of a process. The pods have no network and no curl, so it is the
 * host's curl that goes in; to the server it is what a container of the same pod would be.
 */
export async function curlFrom(pid: number, url: string, call: Call = {}): Promise<Answer> {
  const headers = Object.entries(call.headers ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const body = call.body === undefined ? [] : ["--data-binary", call.body];
  const options = ["-q", "-sS", "-i", "--max-time", "20", "-X", call.method ?? "GET"];
  const enter = ["nsenter", `--net=/proc/${pid}/ns/net`];
  const raw = await run([...enter, "curl", ...options, ...headers, ...body, url], { deadlineMs: 25_000 });
  return parseAnswer(raw);
}

function parseAnswer(raw: string): Answer {
  const end = raw.indexOf("\r\n\r\n");
  const [first = "", ...lines] = raw.slice(0, end).split("\r\n");
  const text = raw.slice(end + 4);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const json = (): unknown => {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new Error(`Cannot read the answer as JSON: ${first}\n${text}`, { cause });
    }
  };
  return { status: Number(first.split(" ")[1]), headers, text, json };
}
