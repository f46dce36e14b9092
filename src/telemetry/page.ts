/** A text that grows at its end and is wanted as UTF-8. */
export interface Page {
  put(text: string): void;
  bytes(): Uint8Array<ArrayBuffer>;
}

const leastSize = 64 * 1024;
/** Characters that are gathered before they are encoded: one call for each line would take as long as all else. */
const gathered = 8 * 1024;
const encoder = new TextEncoder();

/** `size` is how many bytes it is likely to be: more are taken when they are needed. */
export function createPage(size = 0): Page {
  let page = new Uint8Array(Math.max(leastSize, size));
  let length = 0;
  let waiting = "";

  function encode(): void {
    // A UTF-16 unit is at most three bytes of UTF-8.
    const needed = length + waiting.length * 3;
    if (needed > page.length) {
      const larger = new Uint8Array(Math.max(needed, page.length * 2));
      larger.set(page.subarray(0, length));
      page = larger;
    }
    length += encoder.encodeInto(waiting, page.subarray(length)).written;
    waiting = "";
  }

  return {
    put(text) {
      waiting += text;
      if (waiting.length >= gathered) encode();
    },
    bytes() {
      encode();
      return page.subarray(0, length);
    },
  };
}
