import type { ProcessDetail } from "#ui/api/answers.ts";
import type { Api } from "#ui/api/api.ts";
import { createValue, type Value } from "#ui/value.ts";

/** One question at a time, this often at most: counting descriptors reads a folder of each process. */
const paceMs = 250;
const freshMs = 20_000;
const mostKept = 500;

export interface FdCounts {
  of(id: string): number | null;
  /** The processes that are looked at now; the others are not asked about any more. */
  look(ids: readonly string[]): void;
  stop(): void;
  /** Another object whenever there is news. */
  readonly news: Value<object>;
}

/** How many descriptors the processes that can be seen have open; a list does not tell it, because it costs too much. */
export function createFdCounts(api: Api): FdCounts {
  const known = new Map<string, { readonly open: number | null; readonly at: number }>();
  const news = createValue<object>({});
  let wanted: readonly string[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  let asking = false;

  const ask = async () => {
    const now = performance.now();
    const id = wanted.find((id) => (known.get(id)?.at ?? Number.NEGATIVE_INFINITY) < now - freshMs);
    if (asking || id === undefined || document.hidden) return;
    asking = true;
    const result = await api.get<ProcessDetail>(`/processes/${id}`);
    asking = false;
    known.delete(id);
    known.set(id, { open: result.ok ? result.value.fds.open : null, at: performance.now() });
    for (const oldest of known.keys()) {
      if (known.size <= mostKept) break;
      known.delete(oldest);
    }
    news.set({});
  };
  return {
    news,
    of: (id) => known.get(id)?.open ?? null,
    look(ids) {
      wanted = ids;
      timer ??= setInterval(ask, paceMs);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
