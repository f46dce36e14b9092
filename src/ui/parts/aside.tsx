import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface AsideProps {
  readonly label: string;
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** What is selected, beside the list that it was selected from; Escape closes it. */
export function Aside({ label, title, onClose, children }: AsideProps) {
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) onClose();
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [onClose]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <aside class="details" aria-label={label} tabIndex={0}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-label="Close the details" onClick={onClose}>
          ✕
        </button>
      </header>
      <div class="details-body">{children}</div>
    </aside>
  );
}
