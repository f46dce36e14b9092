import type uPlot from "uplot";
import { clockTime } from "#ui/model/format.ts";
import type { Plot } from "#ui/model/series.ts";
import { axisColors, dashes, seriesColor } from "#ui/panels/charts/palette.ts";

export const plotHeight = 150;
/** What is shown at least, so that the first samples are no wild curve. */
const leastSeconds = 60;

export interface Scale {
  readonly format: (value: number) => string;
  /** Bytes, which are counted in powers of two. */
  readonly binary: boolean;
}

export function plotOptions(
  width: number,
  { series }: Plot,
  { format, binary }: Scale,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const { text, grid } = axisColors();
  const axis = {
    stroke: text,
    font: "11px ui-monospace, monospace",
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: plotHeight,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 5 }, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, oldest, newest) => [Math.min(oldest, newest - leastSeconds), newest] },
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, size: 24, space: 80, values: (_, splits) => splits.map((seconds) => clockTime(seconds * 1000)) },
      { ...axis, size: 58, space: 30, incrs: steps(binary), values: (_, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...series.map((_, index) => ({
        stroke: seriesColor(index),
        width: 1.5,
        dash: [...(dashes[index % dashes.length] ?? [])],
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** The steps of an axis: 1, 2, 5, 10 and so on, or powers of two. */
function steps(binary: boolean): number[] {
  if (binary) return Array.from({ length: 45 }, (_, power) => 2 ** power);
  return Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
}
