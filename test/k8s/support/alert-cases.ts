/** Series as `promtool test rules` takes them, a value a minute, and whether the alert fires at that minute. */
export interface AlertCase {
  readonly alert: string;
  readonly title: string;
  readonly series: Readonly<Record<string, string>>;
  readonly minute: number;
  readonly fires: boolean;
}

const target = 'job="sexton",instance="10.0.0.7:9098",namespace="shop",pod="web-1"';
const series = (metric: string, labels: string) => `${metric}{${target},${labels}}`;
const zombies = (container: string) => series("sexton_zombies", `container="${container}"`);
const current = series("sexton_pids_current", 'scope="pod"');
const limit = series("sexton_pids_limit", 'scope="pod"');
const exhaustion = series("sexton_pids_seconds_to_exhaustion", 'scope="pod"');
const successful = series("sexton_config_last_reload_successful", 'watch="config"');
const pending = series("sexton_config_pending", 'watch="config"');
const signals = (signal: string, outcome: string) =>
  series("sexton_signals_total", `signal="${signal}",outcome="${outcome}"`);
const unhandled = signals("SIGTERM", "signal-unhandled");
const sent = signals("SIGTERM", "sent");
const exits = (labels: string) => series("sexton_process_exits_total", `container="web",name="app",${labels}`);
const ended = (signal: string) => exits(`reason="signaled",signal="${signal}"`);
const up = `up{${target}}`;
const ready = (container: string) =>
  `kube_pod_init_container_status_ready{namespace="shop",pod="web-1",container="${container}"}`;
const phase = (name: string) => `kube_pod_status_phase{namespace="shop",pod="web-1",phase="${name}"}`;

type Row = readonly [title: string, minute: number, series: Readonly<Record<string, string>>];

const table: Readonly<Record<string, { readonly fires: readonly Row[]; readonly quiet: readonly Row[] }>> = {
  SextonZombiesGrow: {
    fires: [
      ["one more each minute", 60, { [zombies("")]: "0x90", [zombies("web")]: "0+1x90" }],
      ["in two containers together", 60, { [zombies("web")]: "0+0.2x90", [zombies("api")]: "0+0.2x90" }],
    ],
    quiet: [
      ["many, and always as many", 60, { [zombies("web")]: "500x90" }],
      ["a burst that is collected", 45, { [zombies("web")]: "0x40 30x5 0x45" }],
      ["many, and fewer by now", 60, { [zombies("web")]: "0x30 100x2 100-1x60" }],
      ["slowly: five in half an hour", 60, { [zombies("web")]: "0+0.16x90" }],
    ],
  },
  SextonPidsNearLimit: {
    fires: [["95 %", 10, { [current]: "950x20", [limit]: "1000x20" }]],
    quiet: [
      ["85 %", 10, { [current]: "850x20", [limit]: "1000x20" }],
      ["95 % for a moment", 10, { [current]: "100x7 950x3 100x9", [limit]: "1000x20" }],
      ["no limit that is known", 10, { [current]: "950x20" }],
    ],
  },
  SextonPidsRunOut: {
    fires: [["half an hour is left", 10, { [exhaustion]: "1800x20" }]],
    quiet: [["two hours are left", 10, { [exhaustion]: "7200x20" }]],
  },
  SextonReloadFailed: {
    fires: [["and the next tries too", 15, { [successful]: "1x5 0x15" }]],
    quiet: [
      ["and the next try did not", 10, { [successful]: "1x5 0x3 1x12" }],
      ["there was none", 15, { [pending]: "0x20" }],
    ],
  },
  SextonReloadPending: {
    fires: [["for more than an hour", 70, { [pending]: "0x5 1x80" }]],
    quiet: [["for a quarter", 20, { [pending]: "0x5 1x15 0x60" }]],
  },
  SextonAppIgnoresSigterm: {
    fires: [
      ["sexton refused to send it, for the first time", 22, { [unhandled]: "_x20 1x20" }],
      ["sexton refused to send it once more", 45, { [unhandled]: "1x40 2x20" }],
      ["it was sent, and SIGKILL has ended something", 23, { [sent]: "_x20 1x20", [ended("SIGKILL")]: "_x21 1x20" }],
    ],
    quiet: [
      ["it was sent, and has ended the app", 23, { [sent]: "_x20 1x20", [ended("SIGTERM")]: "_x20 1x20" }],
      ["the app has ended by itself", 23, { [sent]: "_x20 1x20", [exits('reason="exited",code="0"')]: "_x20 1x20" }],
      ["SIGKILL that no SIGTERM came before", 23, { [ended("SIGKILL")]: "_x21 1x20" }],
      ["it was SIGHUP that was refused", 22, { [signals("SIGHUP", "signal-unhandled")]: "_x20 1x20" }],
      ["long ago", 50, { [unhandled]: "1x60" }],
    ],
  },
  SextonProcessCrashed: {
    fires: [
      ["the first one", 22, { [ended("SIGSEGV")]: "_x20 1x20" }],
      ["one more", 45, { [ended("SIGABRT")]: "3x40 4x20" }],
    ],
    quiet: [
      ["long ago", 50, { [ended("SIGSEGV")]: "3x60" }],
      ["stopped or killed", 22, { [ended("SIGTERM")]: "_x20 1x20", [ended("SIGKILL")]: "_x20 1x20" }],
      ["stopped once more", 45, { [ended("SIGTERM")]: "3x40 4x20" }],
      ["failed by itself", 22, { [exits('reason="exited",code="1"')]: "_x20 1x20" }],
    ],
  },
  SextonProcessKilled: {
    fires: [["the first one", 22, { [ended("SIGKILL")]: "_x20 1x20" }]],
    quiet: [
      ["ended by SIGTERM", 22, { [ended("SIGTERM")]: "_x20 1x20" }],
      ["long ago", 50, { [ended("SIGKILL")]: "3x60" }],
    ],
  },
  SextonNotReady: {
    fires: [
      ["it does not answer", 20, { [up]: "1x5 0x20" }],
      ["its probe fails", 20, { [up]: "1x30", [ready("sexton")]: "0x30", [phase("Running")]: "1x30" }],
    ],
    quiet: [
      ["all is well", 20, { [up]: "1x30", [ready("sexton")]: "1x30", [phase("Running")]: "1x30" }],
      ["a pod that is done", 20, { [ready("sexton")]: "0x30", [phase("Running")]: "0x30" }],
      ["another init container", 20, { [ready("other")]: "0x30", [phase("Running")]: "1x30" }],
      ["another job", 20, { 'up{job="other"}': "0x30" }],
    ],
  },
};

export const alertCases: readonly AlertCase[] = Object.entries(table).flatMap(([alert, { fires, quiet }]) => [
  ...fires.map(([title, minute, series]) => ({ alert, title, minute, series, fires: true })),
  ...quiet.map(([title, minute, series]) => ({ alert, title, minute, series, fires: false })),
]);
