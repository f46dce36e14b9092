/** Text that may wait for its reader; a pipe holds another 64 KiB. */
const mostWaiting = 256 * 1024;

/**
 * For what must neither wait for its reader nor fill the memory when that reader hangs: what comes while too much waits is
 * lost whole, and `lost` is told how many when there is room again. `take` resolves when a text was taken, and rejects when
 * nobody is there to take it.
 */
export function createBoundedWriter(
  take: (text: string) => Promise<void>,
  lost: (count: number) => void,
  most = mostWaiting,
): (text: string) => void {
  let waiting = 0;
  let left = 0;

  function settled(length: number): void {
    waiting -= length;
    if (left === 0 || waiting > most / 2) return;
    const count = left;
    left = 0;
    lost(count);
  }

  return (text) => {
    if (waiting > 0 && waiting + text.length > most) {
      left++;
      return;
    }
    waiting += text.length;
    take(text).then(
      () => settled(text.length),
      () => settled(text.length),
    );
  };
}
