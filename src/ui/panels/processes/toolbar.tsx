import { Search } from "#ui/parts/search.tsx";

interface ToolbarProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly tree: boolean;
  readonly onTree: (tree: boolean) => void;
  readonly onCollapse: (all: boolean) => void;
  readonly summary: string;
}

export function Toolbar({ filter, onFilter, tree, onTree, onCollapse, summary }: ToolbarProps) {
  return (
    <div class="toolbar">
      <Search
        label="Filter processes"
        hint="Filter: name, pid, state, container, uid:0"
        text={filter}
        onText={onFilter}
      />
      <fieldset class="segments">
        <legend class="hidden">Order</legend>
        <button type="button" aria-pressed={tree} onClick={() => onTree(true)}>
          Tree
        </button>
        <button type="button" aria-pressed={!tree} onClick={() => onTree(false)}>
          List
        </button>
      </fieldset>
      {tree && (
        <span class="folds">
          <button type="button" onClick={() => onCollapse(true)}>
            Fold all
          </button>
          <button type="button" onClick={() => onCollapse(false)}>
            Unfold all
          </button>
        </span>
      )}
      <span class="summary muted">{summary}</span>
    </div>
  );
}
