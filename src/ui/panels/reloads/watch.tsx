import type { ComponentChildren } from "preact";
import { printableLines } from "#base/columns.ts";
import type { Watch } from "#ui/api/answers.ts";
import { bytes, clockTime, counted, text, whole } from "#ui/model/format.ts";
import type { ReloadAction } from "#ui/panels/reloads/reload-dialog.tsx";
import { statusTones } from "#ui/panels/reloads/table.tsx";
import { ActionButton } from "#ui/parts/action-button.tsx";
import { Badge, Facts } from "#ui/parts/notes.tsx";

interface WatchCardProps {
  readonly watch: Watch;
  readonly onAct: (action: ReloadAction) => void;
}

export function WatchCard({ watch, onAct }: WatchCardProps) {
  const { name, lastReload, problem, heldUntil, pending } = watch;
  return (
    <section class="card">
      <header>
        <h2>
          <bdi>{text(name)}</bdi> <span class="muted">{`${watch.verb} → ${text(watch.target ?? "the main app")}`}</span>
        </h2>
        <span class="numbers">
          {lastReload && <Badge tone={statusTones[lastReload.status]}>{lastReload.status}</Badge>}{" "}
          {heldUntil && <Badge tone="warn">held until {clockTime(heldUntil)}</Badge>}{" "}
          {pending && <Badge tone="info">{pendingText(pending)}</Badge>}
        </span>
        <span class="actions">
          <ActionButton label={`Run the reload of ${name}`} onClick={() => onAct({ kind: "run", watch: name })}>
            Run…
          </ActionButton>
          {heldUntil === null ? (
            <ActionButton label={`Hold the reloads of ${name}`} onClick={() => onAct({ kind: "hold", watch: name })}>
              Hold…
            </ActionButton>
          ) : (
            <ActionButton
              label={`Release the reloads of ${name}`}
              onClick={() => onAct({ kind: "release", watch: name })}
            >
              Release…
            </ActionButton>
          )}
        </span>
      </header>
      {problem && <p class="note warn">{printableLines(problem)}</p>}
      <Facts facts={factsOf(watch)} />
    </section>
  );
}

function factsOf(watch: Watch): readonly (readonly [string, ComponentChildren])[] {
  const { hash, appliedHash, settings } = watch;
  const inStep = hash === null || appliedHash === null ? null : hash === appliedHash;
  return [
    ["Paths", <bdi class="wrap">{watch.paths.map(text).join(", ")}</bdi>],
    ["Content", `${counted(watch.files ?? 0, "file")}, ${bytes(watch.bytes)}, ${watch.mechanism}`],
    ["On disk", <span class="mono">{text(hash)}</span>],
    [
      "Applied",
      <>
        <span class="mono">{text(appliedHash)}</span> {inStep === false && <Badge tone="warn">differs</Badge>}
      </>,
    ],
    ...(watch.generation ? [["Generation", <span class="mono">{text(watch.generation)}</span>] as const] : []),
    ["Changed", watch.contentChangedAt ? clockTime(watch.contentChangedAt) : "–"],
    ["Changes seen", whole(watch.changes)],
    ["Settle, spacing", `${settings.settleSeconds} s, ${settings.minSpacingSeconds} s`],
    ["Validate", settings.validate ?? "–"],
    ...(settings.http ? [["Reload by", text(settings.http)] as const] : []),
    ...(watch.oldWorkers > 0 ? [["Old workers", whole(watch.oldWorkers)] as const] : []),
    ...(watch.errors > 0 ? [["Errors", whole(watch.errors)] as const] : []),
  ];
}

function pendingText({ reason, until }: NonNullable<Watch["pending"]>): string {
  return `${reason}${until === null ? "" : ` until ${clockTime(until)}`}`;
}
