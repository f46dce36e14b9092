import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Plot as PlotData } from "#ui/model/series.ts";
import { plotHeight, plotOptions, type Scale } from "#ui/panels/charts/plot-options.ts";

interface PlotProps extends Scale {
  readonly plot: PlotData;
  /** When the theme changes, all colours do. */
  readonly theme: string;
  /** The moment under the pointer; null: none is. */
  readonly onPoint: (index: number | null) => void;
}

/** The lines alone: what they mean and how much they are is text beside them. */
export function Plot({ plot, format, binary, theme, onPoint }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<uPlot | null>(null);
  const keys = plot.series.map(({ key }) => key).join("\n");

  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const options = plotOptions(current.clientWidth, plot, { format, binary }, onPoint);
    const made = new uPlot(options, dataOf(plot), current);
    const observer = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: plotHeight }));
    observer.observe(current);
    setChart(made);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [keys, theme]);
  useEffect(() => chart?.setData(dataOf(plot)), [chart, plot]);
  return <div class="plot" ref={box} aria-hidden="true" />;
}

function dataOf({ times, series }: PlotData): uPlot.AlignedData {
  return [times as number[], ...series.map(({ values }) => values as (number | null)[])];
}
