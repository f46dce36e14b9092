import { isLoopback } from "#base/loopback.ts";

/** An address that a watch may speak to; a sentence for one that it may not. */
export function readWatchUrl(text: string, allowRemote: boolean): { readonly url: string } | string {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol))
    return `expected a URL such as http://127.0.0.1:9090/-/reload, found "${maskUrl(text)}"`;
  if (allowRemote || isLoopback(url.hostname.replace(/^\[|\]$/g, ""))) return { url: text };
  return `expected a URL of this pod, on 127.0.0.1 or localhost, found "${maskUrl(text)}". allowRemote: true beside it allows others`;
}

/** Without what only its owner is to know: a password, and a query, which may be a token. */
export function maskUrl(text: string): string {
  return text.replace(/(\/\/)[^/?#]*@/, "$1***@").replace(/(\/\/[^?#\s"]*\?)[^#\s",;]*/, "$1***");
}
