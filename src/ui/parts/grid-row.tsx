import type { Column, GridProps, TreePlace } from "#ui/parts/grid-model.ts";

interface HeadProps<Row> extends Pick<GridProps<Row>, "columns"> {
  readonly sort: GridProps<Row>["sort"] | undefined;
  readonly onSort: GridProps<Row>["onSort"] | undefined;
}

export function GridHead<Row>({ columns, sort, onSort }: HeadProps<Row>) {
  return (
    <div class="grid-row head" role="row" aria-rowindex={1}>
      {columns.map(({ id, title, hint, sortable }) => {
        const current = sort?.key === id ? (sort.descending ? "descending" : "ascending") : undefined;
        return (
          <div key={id} class={`cell ${id}`} role="columnheader" aria-sort={current} title={hint}>
            {sortable ? (
              <button type="button" class="sort" onClick={() => onSort?.(id)}>
                {title}
                <span aria-hidden="true">{current ? (current === "descending" ? " ▾" : " ▴") : ""}</span>
              </button>
            ) : (
              title
            )}
          </div>
        );
      })}
    </div>
  );
}

interface RowProps<Row> {
  readonly id: string;
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly top: number;
  readonly place: TreePlace | undefined;
  readonly look: string;
  readonly selected: boolean;
  readonly onToggle: ((row: Row) => void) | undefined;
  readonly onSelect: (row: Row) => void;
}

export function GridRow<Row>(props: RowProps<Row>) {
  const { id, row, columns, index, top, place, look, selected, onToggle, onSelect } = props;
  const tree = place
    ? {
        "aria-level": place.level,
        "aria-expanded": place.expanded ?? undefined,
        "aria-setsize": place.setSize,
        "aria-posinset": place.posInSet,
      }
    : {};
  return (
    <div
      id={id}
      class={`grid-row ${look}${selected ? " selected" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row)}
      {...tree}
    >
      {columns.map((column, number) => (
        <div key={column.id} class={`cell ${column.id}`} role="gridcell">
          {number === 0 && place && <Fold place={place} onToggle={() => onToggle?.(row)} />}
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** For the mouse; a keyboard has Left and Right, and a screen reader hears aria-expanded. */
function Fold({ place: { level, expanded }, onToggle }: { readonly place: TreePlace; readonly onToggle: () => void }) {
  const fold = (event: Event) => {
    event.stopPropagation();
    if (expanded !== null) onToggle();
  };
  return (
    <span class="fold" aria-hidden="true" style={{ paddingLeft: `${(level - 1) * 14}px` }} onClick={fold}>
      {expanded === null ? "" : expanded ? "▾" : "▸"}
    </span>
  );
}
