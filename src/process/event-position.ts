/**
 * A place in the register. Ids count from 1 in each run of sexton, so an id alone may be another event's after a
 * restart: `k3f9ab.500` names the run too. Null: the run that is asked, whichever that is.
 */
export interface EventPosition {
  readonly run: string | null;
  readonly id: number;
}

/** A run begins with a letter: `1.5` is a slip of somebody who means a number. */
export const positionPattern = /^(?:([a-z][a-z0-9]{0,15})\.)?(\d{1,10})$/;

/** `500` or `k3f9ab.500`; null for everything else. */
export function parsePosition(text: string): EventPosition | null {
  const match = positionPattern.exec(text);
  return match && { run: match[1] ?? null, id: Number(match[2]) };
}

export function formatPosition({ run, id }: EventPosition): string {
  return run === null ? String(id) : `${run}.${id}`;
}
