import { useId, useState } from "preact/hooks";
import { usePage } from "#ui/context.ts";
import type { Plot as PlotData } from "#ui/model/series.ts";
import { dashes, seriesProperty } from "#ui/panels/charts/palette.ts";
import { Plot } from "#ui/panels/charts/plot.tsx";
import { useScheme } from "#ui/parts/use-scheme.ts";

interface ChartProps {
  readonly title: string;
  readonly unit: string;
  readonly plot: PlotData;
  readonly format: (value: number) => string;
  readonly binary?: boolean;
}

/** Lines over the last ten minutes, with a legend that says what each is now, or was where the pointer is. */
export function Chart({ title, unit, plot, format, binary = false }: ChartProps) {
  const id = useId();
  const scheme = useScheme(usePage().theme);
  const [point, setPoint] = useState<number | null>(null);
  const index = point === null ? plot.times.length - 1 : Math.min(point, plot.times.length - 1);
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id}>
        {title} <span class="muted">{unit}</span>
      </figcaption>
      <Plot plot={plot} format={format} binary={binary} theme={scheme} onPoint={setPoint} />
      <ul class="legend">
        {plot.series.map(({ key, name, values }, number) => {
          const value = values[index] ?? null;
          return (
            <li key={key}>
              <Swatch index={number} />
              <bdi>{name}</bdi> <b class="mono">{value === null ? "–" : format(value)}</b>
            </li>
          );
        })}
      </ul>
    </figure>
  );
}

function Swatch({ index }: { readonly index: number }) {
  return (
    <svg class="swatch" width="18" height="8" aria-hidden="true">
      <line
        x1="0"
        y1="4"
        x2="18"
        y2="4"
        stroke-width="2.5"
        stroke-dasharray={dashes[index % dashes.length]?.join(" ")}
        style={{ stroke: seriesProperty(index) }}
      />
    </svg>
  );
}
