import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "#ui/style/base.css";
import "#ui/style/shell.css";
import "#ui/style/grid.css";
import "#ui/style/parts.css";
import "#ui/style/panels.css";
import type { Diagnosis, ProcessList, Reloads, Targets, Zombies } from "#ui/api/answers.ts";
import { createApi } from "#ui/api/api.ts";
import { createFeed } from "#ui/api/feed.ts";
import { createSession } from "#ui/api/session.ts";
import { type Page, PageContext } from "#ui/context.ts";
import { createHistory, sampleOf } from "#ui/model/history.ts";
import { createRegisterStore } from "#ui/panels/register/store.ts";
import { calm } from "#ui/parts/calm.ts";
import { Shell } from "#ui/shell/shell.tsx";
import { createTheme } from "#ui/shell/theme.tsx";
import { createValue } from "#ui/value.ts";

const session = createSession(sessionStorage);
const api = createApi(session);
const around = { api, session, page: document, calm: calm.wait };
const feeds = {
  processes: createFeed<ProcessList>("/processes", around),
  zombies: createFeed<Zombies>("/zombies", around),
  targets: createFeed<Targets>("/signal", around),
  reloads: createFeed<Reloads>("/reloads", around),
  doctor: createFeed<Diagnosis>("/doctor", around),
};
const history = createHistory();
// Before anything is drawn of it.
feeds.processes.state.listen(() => {
  const { value } = feeds.processes.state.get();
  if (value) history.add(sampleOf(value, feeds.zombies.state.get().value));
});

session.token.listen(history.clear);

const page: Page = {
  api,
  session,
  feeds,
  history,
  register: createRegisterStore(api, session),
  theme: createTheme(localStorage, document.documentElement),
  said: createValue(""),
};

const root = document.getElementById("page");
if (root) {
  render(
    <PageContext.Provider value={page}>
      <Shell />
    </PageContext.Provider>,
    root,
  );
}
