import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { counted } from "#ui/model/format.ts";
import type { Sort, SortKey } from "#ui/model/order.ts";
import { type Row, rowsOf } from "#ui/model/tree.ts";
import { columnsFor } from "#ui/panels/processes/columns.tsx";
import { Details } from "#ui/panels/processes/details.tsx";
import { createFdCounts } from "#ui/panels/processes/fd-counts.ts";
import { Toolbar } from "#ui/panels/processes/toolbar.tsx";
import { Grid } from "#ui/parts/grid.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";
import { useValue } from "#ui/value.ts";

const everyMs = 1_500;
const rowHeight = 24;
/** What is looked for in these is the largest. */
const descendsFirst: readonly SortKey[] = ["cpu", "rss", "threads", "fds", "age"];

export function ProcessesPanel() {
  const { api, feeds } = usePage();
  const fed = useFeed(feeds.processes, everyMs);
  const [filter, setFilter] = useState("");
  const [tree, setTree] = useState(true);
  const [sort, setSort] = useState<Sort>({ key: "pid", descending: false });
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<string | null>(null);
  const fds = useMemo(() => createFdCounts(api), [api]);
  useEffect(() => fds.stop, [fds]);
  const news = useValue(fds.news);
  const list = fed.value;
  const fdNews = sort.key === "fds" ? news : null;
  const rows = useMemo(
    () => (list ? rowsOf(list.processes, { tree, sort, filter, collapsed, fdsOf: fds.of }) : []),
    [list, tree, sort, filter, collapsed, fdNews],
  );
  const columns = useMemo(() => columnsFor(fds.of), [fds]);
  const look = useCallback((shown: readonly Row[]) => fds.look(livingOf(shown)), [fds]);
  const matching = rows.filter((row) => row.kind === "process" && !row.faint).length;
  const toggle = (row: Row) => {
    const next = new Set(collapsed);
    if (!next.delete(row.key)) next.add(row.key);
    setCollapsed(next);
  };
  return (
    <div class={`split ${selected ? "open" : ""}`}>
      <div class="main">
        <Toolbar
          filter={filter}
          onFilter={setFilter}
          tree={tree}
          onTree={setTree}
          onCollapse={(all) => setCollapsed(all && list ? everyFold(rows) : new Set())}
          summary={list ? summary(matching, list.total, list.unreadable, filter) : ""}
        />
        <FromFeed fed={fed}>
          {() => (
            <Grid
              label="Processes"
              kind="processes"
              columns={columns}
              rows={rows}
              rowHeight={rowHeight}
              keyOf={({ key }) => key}
              classOf={lookOf}
              {...(tree ? { placeOf: (row: Row) => row, onToggle: toggle } : {})}
              selected={selected}
              onSelect={(row) => (row.kind === "group" ? toggle(row) : setSelected(row.key))}
              sort={sort}
              onSort={(id) => setSort(nextSort(sort, id as SortKey))}
              onWindow={look}
              empty={filter === "" ? "No processes can be seen." : "No process matches the filter."}
            />
          )}
        </FromFeed>
      </div>
      {selected && <Details key={selected} id={selected} onClose={() => setSelected(null)} />}
    </div>
  );
}

const livingOf = (rows: readonly Row[]) =>
  rows.flatMap((row) => (row.kind === "process" && row.process.state !== "zombie" ? [row.process.id] : []));

const everyFold = (rows: readonly Row[]) =>
  new Set(rows.filter(({ expanded }) => expanded !== null).map(({ key }) => key));

function lookOf(row: Row): string {
  if (row.kind === "group") return "group";
  return `${row.faint ? "faint" : ""}${row.process.state === "zombie" ? " ended" : ""}`;
}

function nextSort(before: Sort, key: SortKey): Sort {
  if (before.key === key) return { key, descending: !before.descending };
  return { key, descending: descendsFirst.includes(key) };
}

function summary(matching: number, total: number, unreadable: number, filter: string): string {
  const all = counted(total, "process", "processes");
  const unread = unreadable > 0 ? `, ${unreadable} unreadable` : "";
  return `${filter.trim() === "" ? "" : `${matching.toLocaleString("en")} of `}${all}${unread}`;
}
