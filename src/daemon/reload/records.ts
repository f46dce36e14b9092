import type { ReloadRecord } from "#process/reload.ts";

const mostRecords = 100;

export interface ReloadRecords {
  /** The newest first. */
  list(): readonly ReloadRecord[];
  last(watch: string): ReloadRecord | null;
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
    begin(draft) {
      const record = { ...draft, id: ++lastId };
      records = [record, ...records].slice(0, mostRecords);
      last.set(record.watch, record);
      return record;
    },
    update(record) {
      records = records.map((other) => (other.id === record.id ? record : other));
      if (last.get(record.watch)?.id === record.id) last.set(record.watch, record);
    },
    drop({ id, watch }) {
      if (id === lastId) lastId--;
      records = records.filter((other) => other.id !== id);
      if (last.get(watch)?.id !== id) return;
      const before = records.find((other) => other.watch === watch);
      if (before) last.set(watch, before);
      else last.delete(watch);
    },
  };
}
