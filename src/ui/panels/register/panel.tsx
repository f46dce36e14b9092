import { useEffect, useMemo, useState } from "preact/hooks";
import { usePage } from "#ui/context.ts";
import { type Family, filterLines, type RegisterLine, type RegisterLines, typesOf } from "#ui/model/register.ts";
import { registerColumns } from "#ui/panels/register/columns.tsx";
import { EventDetails } from "#ui/panels/register/details.tsx";
import { RegisterToolbar } from "#ui/panels/register/toolbar.tsx";
import { Grid } from "#ui/parts/grid.tsx";
import { useValue } from "#ui/value.ts";

const rowHeight = 24;

export function RegisterPanel() {
  const { register } = usePage();
  const [chosen, setChosen] = useState<ReadonlySet<Family>>(new Set());
  const [filter, setFilter] = useState("");
  const [frozen, setFrozen] = useState<RegisterLines | null>(null);
  const [selected, setSelected] = useState<RegisterLine | null>(null);
  const types = typesOf(chosen);
  useEffect(() => register.open(types), [register, types]);
  const live = useValue(register.lines);
  const state = useValue(register.state);
  const kept = frozen ?? live;
  const lines = useMemo(() => filterLines(kept.lines, filter), [kept, filter]);
  return (
    <div class={`split ${selected ? "open" : ""}`}>
      <div class="main">
        <RegisterToolbar
          chosen={chosen}
          onChoose={setChosen}
          filter={filter}
          onFilter={setFilter}
          frozen={frozen !== null}
          onFreeze={(freeze) => setFrozen(freeze ? live : null)}
          onClear={() => {
            register.clear();
            setFrozen(null);
          }}
          state={state}
          shown={lines.length}
          kept={kept}
        />
        <Grid
          label="Register of events, the newest first"
          kind="register"
          columns={registerColumns}
          rows={lines}
          rowHeight={rowHeight}
          keyOf={({ key }) => key}
          classOf={({ event }) => (event.type === "events.lost" ? "gap" : "")}
          selected={selected?.key ?? null}
          onSelect={setSelected}
          anchored
          empty={filter === "" && chosen.size === 0 ? "No event yet." : "No event matches the filters."}
        />
      </div>
      {selected && <EventDetails event={selected.event} onClose={() => setSelected(null)} />}
    </div>
  );
}
