import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Result } from "#ui/api/problem.ts";
import { usePage } from "#ui/context.ts";
import { Dialog } from "#ui/parts/dialog.tsx";
import { ProblemNote } from "#ui/parts/notes.tsx";

interface ActionDialogProps<Report> {
  readonly title: string;
  /** What the button that does it says; the report is that of the dry run. */
  readonly doLabel: (report: Report) => string;
  /** Null: nothing would be done, and so there is nothing to confirm. */
  readonly ask: (dryRun: boolean) => Promise<Result<Report>>;
  /** A new dry run is made when it changes. */
  readonly askKey: string;
  readonly wouldDo: (report: Report) => boolean;
  readonly describe: (report: Report, done: boolean) => ComponentChildren;
  /** What can be chosen before. */
  readonly options?: ComponentChildren;
  readonly danger?: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type Step<Report> =
  | { readonly kind: "asking" | "doing"; readonly before: Result<Report> | null }
  | { readonly kind: "previewed" | "done"; readonly result: Result<Report> };

/** A dry run first, and what it says; then, once that is confirmed, the thing itself and what came of it. */
export function ActionDialog<Report>(props: ActionDialogProps<Report>) {
  const { title, ask, askKey, wouldDo, describe, doLabel, options, onClose, onDone } = props;
  const { said } = usePage();
  const [step, setStep] = useState<Step<Report>>({ kind: "asking", before: null });
  useEffect(() => {
    let current = true;
    setStep({ kind: "asking", before: null });
    void ask(true).then((result) => {
      if (current) setStep({ kind: "previewed", result });
    });
    return () => {
      current = false;
    };
  }, [askKey]);
  // The button that had the focus is gone by then.
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (step.kind === "done") close.current?.focus();
  }, [step.kind]);
  const confirm = async () => {
    if (step.kind !== "previewed") return;
    setStep({ kind: "doing", before: step.result });
    const result = await ask(false);
    setStep({ kind: "done", result });
    said.set(result.ok ? `${title}: done` : `${title}: refused`);
    onDone();
  };
  const result = "result" in step ? step.result : step.before;
  const ready = step.kind === "previewed" && step.result.ok && wouldDo(step.result.value) ? step.result.value : null;
  return (
    <Dialog title={title} onClose={onClose}>
      {step.kind !== "done" && options}
      <section aria-live="polite" aria-busy={step.kind === "asking" || step.kind === "doing"}>
        <h3>{step.kind === "done" ? "What happened" : "What would happen"}</h3>
        {step.kind === "asking" && <p class="muted">Asking for a dry run…</p>}
        {result?.ok && describe(result.value, step.kind === "done")}
        {result && !result.ok && <ProblemNote problem={result.problem} />}
        {step.kind === "doing" && <p class="muted">Waiting for the outcome…</p>}
      </section>
      <footer>
        <button type="button" ref={close} onClick={onClose}>
          {step.kind === "done" ? "Close" : "Cancel"}
        </button>
        {step.kind !== "done" && (
          <button
            type="button"
            class={props.danger ? "danger primary" : "primary"}
            disabled={ready === null}
            onClick={confirm}
          >
            {ready === null ? "Nothing to confirm" : doLabel(ready)}
          </button>
        )}
      </footer>
    </Dialog>
  );
}
