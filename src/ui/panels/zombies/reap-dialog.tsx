import { useState } from "preact/hooks";
import type { ReapReport } from "#ui/api/answers.ts";
import { usePage } from "#ui/context.ts";
import { counted, text } from "#ui/model/format.ts";
import type { Reaping } from "#ui/panels/zombies/panel.tsx";
import { ActionDialog } from "#ui/parts/action-dialog.tsx";
import { Badge, Fix, type Tone } from "#ui/parts/notes.tsx";

const strategies = {
  auto: "auto: the mildest that works",
  wait: "wait: sexton's own children",
  nudge: "nudge: SIGCHLD to the parent",
  adopt: "adopt: make the live parent collect it, by ptrace",
  "terminate-parent": "terminate-parent: end the parent, then pid 1 collects",
} as const;
type Strategy = keyof typeof strategies;

/** So many ids fit into the 64 KiB that the API takes at once. */
const mostAtOnce = 2_500;

interface ReapDialogProps {
  readonly reaping: Reaping;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ReapDialog({ reaping: { title, zombies, remedies }, onClose, onDone }: ReapDialogProps) {
  const { api } = usePage();
  const [strategy, setStrategy] = useState<Strategy>("auto");
  const pids = zombies.slice(0, mostAtOnce).map(({ id }) => id);
  return (
    <ActionDialog<ReapReport>
      title={title}
      askKey={strategy}
      ask={(dryRun) => api.post("/zombies/reap", { pids, strategy, dryRun })}
      wouldDo={({ results }) => results.some(({ outcome }) => outcome === "would-reap")}
      doLabel={({ results }) => {
        return `Reap ${counted(results.filter(({ outcome }) => outcome === "would-reap").length, "zombie")}`;
      }}
      describe={(report) => <Report report={report} />}
      danger={strategy === "terminate-parent"}
      onClose={onClose}
      onDone={onDone}
      options={
        <>
          {zombies.length > mostAtOnce && (
            <p class="note info">{`The first ${mostAtOnce} of them; do it again for more.`}</p>
          )}
          <label class="field">
            How
            <select value={strategy} onChange={(event) => setStrategy(event.currentTarget.value as Strategy)}>
              {Object.entries(strategies).map(([name, title]) => (
                <option key={name} value={name}>
                  {title}
                  {name === "auto" || remedies.some((remedy) => remedy === name) ? "" : " (would not work here)"}
                </option>
              ))}
            </select>
          </label>
        </>
      }
    />
  );
}

const tones: Readonly<Record<ReapReport["results"][number]["outcome"], Tone>> = {
  reaped: "ok",
  gone: "info",
  "would-reap": "info",
  refused: "warn",
  failed: "bad",
};
const mostResults = 50;

function Report({ report: { results, reaped, remaining, dryRun } }: { readonly report: ReapReport }) {
  const fixes = [...new Set(results.flatMap(({ fix }) => fix ?? []))];
  return (
    <>
      {!dryRun && <p>{`${reaped} reaped, ${remaining} remaining`}</p>}
      <ul class="results">
        {results.slice(0, mostResults).map(({ pid, strategy, outcome, detail }) => (
          <li key={pid}>
            <Badge tone={tones[outcome]}>{outcome}</Badge> <span class="mono">{pid}</span> by {strategy}: {text(detail)}
          </li>
        ))}
      </ul>
      {results.length > mostResults && <p class="muted">and {results.length - mostResults} more</p>}
      {fixes.map((fix) => (
        <Fix key={fix} text={fix} />
      ))}
    </>
  );
}
