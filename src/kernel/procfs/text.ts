const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** ASCII text of the kernel's own making, byte by byte: nothing to decode, nothing that could be invalid. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** What a program wrote (a name, an argument): UTF-8, with U+FFFD for the bytes that are not. */
export function lossyUtf8(bytes: Uint8Array): string {
  for (const byte of bytes) {
    if (byte >= 0x80) return utf8.decode(bytes);
  }
  return latin1(bytes);
}

/** A decimal number of a proc file as a JavaScript number; null when it is not one. Exact up to 2^53. */
export function decimal(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,20}$/.test(text) ? Number(text) : null;
}

/** `Key:<space>value` lines, as status and io have them. A later line with the same key does not replace the first. */
export function keyedLines(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const key = line.slice(0, colon);
    if (!values.has(key)) values.set(key, line.slice(colon + 1).trim());
  }
  return values;
}
