import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { SignalReport } from "#ui/api/answers.ts";
import type { Result } from "#ui/api/problem.ts";
import { text } from "#ui/model/format.ts";
import { DispositionBadge } from "#ui/panels/signals/target.tsx";
import { ActionDialog } from "#ui/parts/action-dialog.tsx";
import { Badge, type Tone } from "#ui/parts/notes.tsx";

export interface Asked {
  readonly dryRun: boolean;
  readonly force: boolean;
}

interface SignalDialogProps {
  readonly title: string;
  readonly send: (asked: Asked) => Promise<Result<SignalReport>>;
  /** What is sent is another one when it changes. */
  readonly askKey?: string;
  readonly options?: ComponentChildren;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function SignalDialog({ title, send, askKey = "", options, onClose, onDone }: SignalDialogProps) {
  const [force, setForce] = useState(false);
  // Once something was refused that may be insisted on, that stays to be decided.
  const [unhandled, setUnhandled] = useState(false);
  const ask = async (dryRun: boolean) => {
    const result = await send({ dryRun, force });
    if (!result.ok && result.problem?.kind === "signal-unhandled") setUnhandled(true);
    return result;
  };
  const insist = (
    <label class="field">
      <input type="checkbox" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
      Send it although nothing handles it
    </label>
  );
  return (
    <ActionDialog<SignalReport>
      title={title}
      askKey={`${askKey} ${force}`}
      ask={ask}
      wouldDo={() => true}
      doLabel={({ signal }) => `Send ${signal}`}
      describe={(report, done) => <Report report={report} done={done} />}
      options={
        <>
          {options}
          {unhandled && insist}
        </>
      }
      danger={force}
      onClose={onClose}
      onDone={onDone}
    />
  );
}

function Report({ report, done }: { readonly report: SignalReport; readonly done: boolean }) {
  const { signal, number, target, pid, container, disposition, outcome, sent } = report;
  return (
    <>
      <p>
        {sent ? "Sent " : done ? "Did not send " : "Would send "}
        <b class="mono">{signal}</b> ({number}) to <bdi>{text(target)}</bdi>, pid <span class="mono">{pid}</span>
        {container?.name && ` in ${text(container.name)}`}.
      </p>
      <p>
        <DispositionBadge disposition={disposition} />
      </p>
      {outcome && <Outcome outcome={outcome} isMeant={report.verb !== "reload"} />}
    </>
  );
}

type OutcomeOf = NonNullable<SignalReport["outcome"]>;

const tones: Readonly<Record<OutcomeOf["status"], Tone>> = {
  confirmed: "ok",
  unconfirmed: "warn",
  exited: "bad", // Of a reload: of anything else it may be what was meant.
  pending: "info",
};

function Outcome({
  outcome: { status, evidence, afterSeconds, exitCode, signal, failure },
  isMeant,
}: {
  readonly outcome: OutcomeOf;
  readonly isMeant: boolean;
}) {
  const tone = status === "exited" && isMeant && failure === undefined ? "ok" : tones[status];
  return (
    <>
      <p>
        <Badge tone={tone}>{status}</Badge> after {afterSeconds} s
        {status === "exited" && `, ${signal ? `by ${signal}` : `exit code ${exitCode ?? "unknown"}`}`}
        {failure !== undefined && `: ${text(failure)}`}
      </p>
      <Evidence evidence={evidence} />
      {status === "unconfirmed" && evidence.length === 0 && (
        <p class="muted">It is alive, and nothing seen shows an effect.</p>
      )}
    </>
  );
}

export function Evidence({ evidence }: { readonly evidence: OutcomeOf["evidence"] }) {
  if (evidence.length === 0) return null;
  return (
    <ul class="results">
      {evidence.map(({ kind, detail }) => (
        <li key={`${kind} ${detail}`}>
          <Badge tone="ok">{text(kind)}</Badge> {text(detail)}
        </li>
      ))}
    </ul>
  );
}
