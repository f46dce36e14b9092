import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePage } from "#ui/context.ts";
import { ChartsPanel } from "#ui/panels/charts/panel.tsx";
import { DoctorPanel } from "#ui/panels/doctor/panel.tsx";
import { ProcessesPanel } from "#ui/panels/processes/panel.tsx";
import { RegisterPanel } from "#ui/panels/register/panel.tsx";
import { ReloadsPanel } from "#ui/panels/reloads/panel.tsx";
import { SignalsPanel } from "#ui/panels/signals/panel.tsx";
import { ZombiesPanel } from "#ui/panels/zombies/panel.tsx";
import { Tabs } from "#ui/parts/tabs.tsx";
import { Banners } from "#ui/shell/banner.tsx";
import { Glance } from "#ui/shell/glance.tsx";
import { Login } from "#ui/shell/login.tsx";
import { ThemeButton } from "#ui/shell/theme.tsx";
import { useValue } from "#ui/value.ts";

const panels: readonly { readonly id: string; readonly title: string; readonly Panel: FunctionComponent }[] = [
  { id: "processes", title: "Processes", Panel: ProcessesPanel },
  { id: "zombies", title: "Zombies", Panel: ZombiesPanel },
  { id: "signals", title: "Signals", Panel: SignalsPanel },
  { id: "register", title: "Register", Panel: RegisterPanel },
  { id: "reloads", title: "Reloads", Panel: ReloadsPanel },
  { id: "charts", title: "Charts", Panel: ChartsPanel },
  { id: "doctor", title: "Doctor", Panel: DoctorPanel },
];

const fromHash = () => panels.find(({ id }) => `#${id}` === location.hash)?.id ?? "processes";

export function Shell() {
  const { session, said } = usePage();
  const locked = useValue(session.locked);
  const token = useValue(session.token);
  const heard = useValue(said);
  const [current, setCurrent] = useState(fromHash);
  useEffect(() => {
    const follow = () => setCurrent(fromHash());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const { Panel, title } = panels.find(({ id }) => id === current) ?? (panels[0] as (typeof panels)[number]);
  useEffect(() => {
    document.title = `${title} · sexton`;
  }, [title]);
  return (
    <>
      <header class="top">
        <strong class="brand">sexton</strong>
        {!locked && <Glance />}
        <span class="corner">
          <a href="/docs">API</a>
          <ThemeButton />
          {token !== null && !locked && (
            <button type="button" class="quiet" onClick={session.logOut}>
              Log out
            </button>
          )}
        </span>
      </header>
      <Banners />
      {locked ? (
        <Login problem={locked} />
      ) : (
        <>
          <Tabs label="Panels" tabs={panels} current={current} onChoose={(id) => location.replace(`#${id}`)} />
          <main>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard. */}
            <div id="panel" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${current}`}>
              <h1 class="hidden">{title}</h1>
              <Panel key={current} />
            </div>
          </main>
        </>
      )}
      <p class="hidden" role="status">
        {heard}
      </p>
    </>
  );
}
