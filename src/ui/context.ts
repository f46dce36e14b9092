import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Diagnosis, ProcessList, Reloads, Targets, Zombies } from "#ui/api/answers.ts";
import type { Api } from "#ui/api/api.ts";
import type { Feed } from "#ui/api/feed.ts";
import type { Session } from "#ui/api/session.ts";
import type { History } from "#ui/model/history.ts";
import type { RegisterStore } from "#ui/panels/register/store.ts";
import type { Value } from "#ui/value.ts";

/** What every part of the page may use. */
export interface Page {
  readonly api: Api;
  readonly session: Session;
  readonly feeds: {
    readonly processes: Feed<ProcessList>;
    readonly zombies: Feed<Zombies>;
    readonly targets: Feed<Targets>;
    readonly reloads: Feed<Reloads>;
    readonly doctor: Feed<Diagnosis>;
  };
  readonly history: History;
  readonly register: RegisterStore;
  readonly theme: Value<Theme>;
  /** What is said to whoever hears the page instead of seeing it. */
  readonly said: Value<string>;
}

export type Theme = "system" | "light" | "dark";

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("internal error: a component outside of the page");
  return page;
}
