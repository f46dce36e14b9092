import { eventually } from "./poll.ts";

/** Collects what a program prints, for a test to wait for a line of it. */
export function linesOf(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const reading = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>)
      text += chunk;
  })();
  reading.catch(() => {});
  return {
    has: (line: string) => text.split("\n").includes(line),
    waitFor: (line: string) => eventually(`the line "${line}"`, () => text.split("\n").includes(line)),
  };
}
