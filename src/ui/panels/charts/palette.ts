// The colours of Okabe and Ito, which people with any kind of colour vision can tell apart, are the custom properties
// --series-1 to --series-7 of the style, one set for light and one for dark. A dash tells lines apart without any.

const colors = 7;

export const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [], [6, 3], [2, 2]];

export const seriesProperty = (index: number) => `var(--series-${(index % colors) + 1})`;

/** A canvas knows no custom properties. */
function resolved(color: string): string {
  const probe = document.createElement("i");
  probe.style.color = color;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export const seriesColor = (index: number) => resolved(seriesProperty(index));

export function axisColors() {
  return { text: resolved("var(--muted)"), grid: resolved("var(--line)") };
}
