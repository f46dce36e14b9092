import type { ComponentChildren } from "preact";
import { usePage } from "#ui/context.ts";
import { useValue } from "#ui/value.ts";

interface ActionButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly label?: string;
  readonly danger?: boolean;
}

/** The note that says why nothing can be done; every such button points to it. */
export const readOnlyNoteId = "read-only";

/** Opens something that changes something. Where the caller may not, it says so instead. */
export function ActionButton({ onClick, children, label, danger = false }: ActionButtonProps) {
  const reason = useValue(usePage().session.readOnly);
  const may = reason === null;
  return (
    <button
      type="button"
      class={danger ? "action danger" : "action"}
      aria-label={label}
      aria-disabled={!may}
      aria-describedby={may ? undefined : readOnlyNoteId}
      title={reason ?? undefined}
      onClick={() => {
        if (may) onClick();
      }}
    >
      {children}
    </button>
  );
}
