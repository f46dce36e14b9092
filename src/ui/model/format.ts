import { humanBytes, humanSeconds, printable } from "#base/columns.ts";

// What is not known is a dash, everywhere.
const unknown = "–";

export const bytes = (value: number | null) => (value === null ? unknown : humanBytes(value));
export const span = (seconds: number | null) => (seconds === null ? unknown : shortSpan(seconds));
export const whole = (value: number | null) => (value === null ? unknown : String(value));
export const percent = (value: number | null) => (value === null ? unknown : `${value.toFixed(1)}%`);
/** Other people's text: what a browser would act on, reorder or hide is shown as what it is. */
export const text = (value: string | null | undefined) =>
  value === null || value === undefined || value === "" ? unknown : printable(value);

/** CPU time as ps(1) writes it. */
export const cpuTime = humanSeconds;

/** 4.2 s as `4s`, 75 s as `1m15s`, 4000 s as `1h06m`, 100000 s as `1d03h`: two units at most, so that columns stay narrow. */
function shortSpan(total: number): string {
  const seconds = Math.floor(total);
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3600) % 24)}h`;
}

/** The time of day, in the browser's zone: `17:04:05`. */
export function clockTime(timestamp: string | number): string {
  const date = new Date(timestamp);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function counted(number: number, what: string, many = `${what}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? what : many}`;
}
