/** Resolves after so long, or as soon as nobody waits any more. */
export function pause(ms: number, enough: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      enough.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    enough.addEventListener("abort", end);
    if (enough.aborted) end();
  });
}
