import { counted } from "#ui/model/format.ts";
import { type Family, families, type RegisterLines } from "#ui/model/register.ts";
import type { StreamState } from "#ui/panels/register/store.ts";
import { Badge } from "#ui/parts/notes.tsx";
import { Search } from "#ui/parts/search.tsx";

interface RegisterToolbarProps {
  readonly chosen: ReadonlySet<Family>;
  readonly onChoose: (chosen: ReadonlySet<Family>) => void;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly frozen: boolean;
  readonly onFreeze: (freeze: boolean) => void;
  readonly onClear: () => void;
  readonly state: StreamState;
  readonly shown: number;
  readonly kept: RegisterLines;
}

export function RegisterToolbar(props: RegisterToolbarProps) {
  const { chosen, onChoose, filter, onFilter, frozen, onFreeze, onClear, state, shown, kept } = props;
  const toggle = (family: Family) => {
    const next = new Set(chosen);
    if (!next.delete(family)) next.add(family);
    onChoose(next);
  };
  return (
    <div class="toolbar">
      <Search label="Filter events by text" hint="Filter: process, container, text" text={filter} onText={onFilter} />
      <fieldset class="segments">
        <legend class="hidden">Types</legend>
        {families.map((family) => (
          <button key={family} type="button" aria-pressed={chosen.has(family)} onClick={() => toggle(family)}>
            {family}
          </button>
        ))}
      </fieldset>
      <span class="folds">
        <button type="button" aria-pressed={frozen} onClick={() => onFreeze(!frozen)}>
          Freeze
        </button>
        <button type="button" onClick={onClear}>
          Clear
        </button>
      </span>
      <span class="summary muted">
        <output class="stream">
          <State state={frozen ? "frozen" : state} />
        </output>{" "}
        {`${shown.toLocaleString("en")} shown`}
        {kept.dropped > 0 && `, ${counted(kept.dropped, "older one")} let go`}
        {kept.gaps > 0 && <Badge tone="bad">{counted(kept.gaps, "gap")}</Badge>}
      </span>
    </div>
  );
}

function State({ state }: { readonly state: StreamState | "frozen" }) {
  if (typeof state === "object") return <Badge tone="bad">{state.kind}</Badge>;
  const tone = state === "live" ? "ok" : state === "lost" ? "bad" : "info";
  return <Badge tone={tone}>{state === "lost" ? "connection lost" : state}</Badge>;
}
