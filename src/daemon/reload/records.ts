import type { ReloadRecord } from "#process/reload.ts";

const mostRecords = 100;

export interface ReloadRecords {
  /** The newest first. */
  list(): readonly ReloadRecord[];
  last(watch: string): ReloadRecord | null;
  /**
   * Names of watches, old and new: the last reload of each goes along, with the name that it was told with. Those of watches
   * that are not among `known` are forgotten.
   */
  rename(names: ReadonlyMap<string, string>, known: readonly string[]): void;
  begin(record: Omit<ReloadRecord, "id">): ReloadRecord;
  /** Takes the place of the one with the same id. */
  update(record: ReloadRecord): void;
  /** It was none. */
  drop(record: ReloadRecord): void;
}

export function createReloadRecords(): ReloadRecords {
  let records: readonly ReloadRecord[] = [];
  /** Also of watches whose last one is older than all that are kept. */
  const last = new Map<string, ReloadRecord>();
  let lastId = 0;
  return {
    list: () => records,
    last: (watch) => last.get(watch) ?? null,
    rename(names, known) {
      const moved = [...names].map(([from, to]) => [to, last.get(from)] as const);
      for (const from of names.keys()) last.delete(from);
      for (const [to, record] of moved) if (record) last.set(to, record);
      for (const name of last.keys()) if (!known.includes(name)) last.delete(name);
    },
    begin(draft) {
      const record = { ...draft, id: ++lastId };
      records = [record, ...records].slice(0, mostRecords);
      last.set(record.watch, record);
      return record;
    },
    update(record) {
      records = records.map((other) => (other.id === record.id ? record : other));
      for (const [watch, { id }] of last) if (id === record.id) last.set(watch, record);
    },
    drop({ id }) {
      if (id === lastId) lastId--;
      records = records.filter((other) => other.id !== id);
      for (const [name, { id: lastOf, watch }] of last) {
        if (lastOf !== id) continue;
        const before = records.find((other) => other.watch === watch);
        if (before) last.set(name, before);
        else last.delete(name);
      }
    },
  };
}
