import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The element itself, or, where the panel has been drawn anew meanwhile, the one that says the same. */
function standInFor(element: Element | null): HTMLElement | null {
  const label = element?.getAttribute("aria-label") ?? null;
  const alike = () => label && document.querySelector(`[aria-label="${CSS.escape(label)}"]`);
  const found = element?.isConnected ? element : alike();
  return found instanceof HTMLElement ? found : null;
}

/** The browser's own modal dialog: it keeps the focus inside, closes with Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const { current } = element;
    current?.showModal();
    return () => {
      // What is behind an open one takes no focus.
      current?.close();
      standInFor(before)?.focus();
    };
  }, []);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={() => element.current?.close()}>
          ✕
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
