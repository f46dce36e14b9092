import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useState } from "preact/hooks";
import { calm } from "#ui/parts/calm.ts";

/** Rows beyond what can be seen that are drawn all the same, so that scrolling a little finds them there. */
const spareRows = 12;
/** The window moves in steps of this many rows: not each pixel is a new drawing. */
const stepRows = 6;

interface Window {
  /** The first row that is drawn, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Which of the rows of a scrolling element are drawn. */
export function useWindow(element: RefObject<HTMLElement | null>, count: number, rowHeight: number) {
  const [place, setPlace] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => setPlace({ top: current.scrollTop, height: current.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  const onScroll = useCallback(() => {
    calm.moved();
    const { current } = element;
    if (!current) return;
    const step = stepRows * rowHeight;
    setPlace((before) => {
      const moved = Math.abs(current.scrollTop - before.top) >= step || current.scrollTop === 0;
      return moved && current.scrollTop !== before.top ? { ...before, top: current.scrollTop } : before;
    });
  }, [element, rowHeight]);
  const first = Math.floor(place.top / rowHeight);
  const from = Math.max(0, Math.min(first, count) - spareRows);
  const to = Math.min(count, first + Math.ceil(place.height / rowHeight) + spareRows);
  const seen: Window = { from, to };
  return { ...seen, onScroll };
}
