import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type GridProps, moveBy, type TreePlace } from "#ui/parts/grid-model.ts";
import { GridHead, GridRow } from "#ui/parts/grid-row.tsx";
import { useWindow } from "#ui/parts/use-window.ts";

/**
 * A table of any length, of which only what can be seen is in the document. A grid of the ARIA Authoring Practices, or a
 * treegrid: one stop of the Tab key, the arrows move within it, Left and Right fold and unfold, Enter selects. No table
 * element, because that cannot be a window onto its rows.
 */
export function Grid<Row>(props: GridProps<Row>) {
  const { label, kind, columns, rows, rowHeight, keyOf, placeOf, onToggle, onSelect, anchored = false } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const { from, to, onScroll } = useWindow(scroller, rows.length, rowHeight);
  const shown = rows.slice(from, to);
  const activeIndex = active === null ? -1 : rows.findIndex((row) => keyOf(row) === active);

  useEffect(() => props.onWindow?.(shown), [rows, from, to]);
  useAnchor(
    scroller,
    anchored ? (rows[0] ? keyOf(rows[0]) : null) : undefined,
    (key) => rows.findIndex((row) => keyOf(row) === key) * rowHeight,
  );

  const goTo = (index: number) => {
    const row = rows[index];
    const { current } = scroller;
    if (!row || !current) return;
    setActive(keyOf(row));
    // The head covers as much as one row.
    const top = index * rowHeight;
    const bottom = top + 2 * rowHeight - current.clientHeight;
    if (current.scrollTop > top) current.scrollTop = top;
    else if (current.scrollTop < bottom) current.scrollTop = bottom;
  };
  const fold = (key: string, row: Row, place: TreePlace) => {
    const opens = key === "ArrowRight";
    if (place.expanded === !opens) return onToggle?.(row);
    if (opens && place.expanded) return goTo(activeIndex + 1);
    const parent = rows.findLastIndex((other, index) => {
      return index < activeIndex && (placeOf?.(other).level ?? 0) < place.level;
    });
    if (!opens && parent >= 0) goTo(parent);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const to = moveBy(event.key, activeIndex, rows.length, page);
    const row = rows[activeIndex];
    if (to !== null) goTo(to);
    else if (row && (event.key === "Enter" || event.key === " ")) onSelect(row);
    else if (row && placeOf && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      fold(event.key, row, placeOf(row));
    } else return;
    event.preventDefault();
  };

  const activeShown = activeIndex >= from && activeIndex < to;
  return (
    <div
      class={`grid ${kind}`}
      role={placeOf ? "treegrid" : "grid"}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeShown ? `${id}-${active}` : undefined}
      tabIndex={0}
      ref={scroller}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && activeIndex < 0 && rows[from]) setActive(keyOf(rows[from]));
      }}
    >
      <GridHead columns={columns} sort={props.sort} onSort={props.onSort} />
      <div class="grid-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
        {shown.map((row, index) => {
          const key = keyOf(row);
          return (
            <GridRow
              key={key}
              id={`${id}-${key}`}
              row={row}
              columns={columns}
              index={from + index}
              top={(from + index) * rowHeight}
              place={placeOf?.(row)}
              look={`${props.classOf?.(row) ?? ""}${key === active ? " active" : ""}`}
              selected={key === props.selected}
              onToggle={onToggle}
              onSelect={(chosen) => {
                setActive(key);
                onSelect(chosen);
              }}
            />
          );
        })}
      </div>
      {rows.length === 0 && <div class="empty">{props.empty}</div>}
    </div>
  );
}

/** Keeps what is read in its place when rows come above it; not at the very top, where the newest is looked at. */
function useAnchor(
  scroller: { readonly current: HTMLElement | null },
  first: string | null | undefined,
  topOf: (key: string) => number,
): void {
  const before = useRef<string | null | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current && current.scrollTop > 0 && before.current && before.current !== first) {
      const added = topOf(before.current);
      if (added > 0) current.scrollTop += added;
    }
    before.current = first;
  }, [first]);
}
