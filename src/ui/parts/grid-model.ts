import type { ComponentChildren } from "preact";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** What the title means, where it is short. */
  readonly hint?: string;
  readonly sortable?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** Where a row stands in a tree. */
export interface TreePlace {
  readonly level: number;
  readonly expanded: boolean | null;
  readonly setSize: number;
  readonly posInSet: number;
}

export interface GridProps<Row> {
  readonly label: string;
  /** The class that has the widths of the columns. */
  readonly kind: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowHeight: number;
  readonly keyOf: (row: Row) => string;
  readonly classOf?: (row: Row) => string;
  /** Given for a tree. */
  readonly placeOf?: (row: Row) => TreePlace;
  readonly onToggle?: (row: Row) => void;
  readonly selected: string | null;
  readonly onSelect: (row: Row) => void;
  readonly sort?: { readonly key: string; readonly descending: boolean };
  readonly onSort?: (id: string) => void;
  /** Rows come at the top: what is read stays where it is. */
  readonly anchored?: boolean;
  /** Which rows are drawn. */
  readonly onWindow?: (rows: readonly Row[]) => void;
  readonly empty: ComponentChildren;
}

/** Where a key leads from a row; null: nowhere. */
export function moveBy(key: string, index: number, count: number, page: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, index + 1);
    case "ArrowUp":
      return Math.max(0, index - 1);
    case "PageDown":
      return Math.min(last, index + page);
    case "PageUp":
      return Math.max(0, index - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
