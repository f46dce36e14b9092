import { eventually } from "./poll.ts";

/** Collects what a program prints, for a test to wait for a line of it. */
export function linesOf(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const reading = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>)
      text += chunk;
  })();
  reading.catch(() => {});
  const whole = () => text.split("\n").slice(0, -1);
  return {
    matching: (pattern: RegExp) => whole().filter((line) => pattern.test(line)),
    has: (line: string) => text.split("\n").includes(line),
    waitForMatch: (pattern: RegExp) =>
      eventually(`a line like ${pattern}`, () => whole().find((line) => pattern.test(line))),
    waitFor: (line: string) => eventually(`the line "${line}"`, () => text.split("\n").includes(line)),
  };
}
