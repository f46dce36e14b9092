import type { ComponentChildren } from "preact";

/** A table that scrolls sideways where it is wider than the page. */
export function TableBox({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <section class="table-box" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
