import { useMemo } from "preact/hooks";
import { humanBytes } from "#base/columns.ts";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { line, plotByContainer, plotOf } from "#ui/model/series.ts";
import { Chart } from "#ui/panels/charts/chart.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

const everyMs = 2_000;
const number = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const percent = (value: number) => `${value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0)}%`;

/** The page's own memory of what it has seen: sexton keeps none, that is Prometheus' work. */
export function ChartsPanel() {
  const { feeds, history } = usePage();
  const fed = useFeed(feeds.processes, everyMs);
  useFeed(feeds.zombies, everyMs);
  const { samples } = history;
  const plots = useMemo(
    () => ({
      processes: plotByContainer(samples, "processes"),
      zombies: plotOf(samples, [line("zombies", ({ zombies }) => zombies)]),
      pids: plotOf(samples, [line("in use", ({ pids }) => pids), line("limit", ({ pidsLimit }) => pidsLimit)]),
      cpu: plotByContainer(samples, "cpuPercent"),
      memory: plotByContainer(samples, "rssBytes"),
    }),
    [samples],
  );
  return (
    <div class="page-panel">
      <FromFeed fed={fed}>
        {() => (
          <>
            <p class="muted">
              The last 10 minutes, as this page has seen them: it remembers from when it was opened, while it can be
              seen.
            </p>
            <div class="charts">
              <Chart title="CPU" unit="% of one core, by container" plot={plots.cpu} format={percent} />
              <Chart
                title="Memory"
                unit="resident bytes, by container"
                plot={plots.memory}
                format={humanBytes}
                binary
              />
              <Chart title="Processes" unit="count, by container" plot={plots.processes} format={number} />
              <Chart title="Zombies" unit="count" plot={plots.zombies} format={number} />
              <Chart title="Pids" unit="threads and zombies, against the limit" plot={plots.pids} format={number} />
            </div>
          </>
        )}
      </FromFeed>
    </div>
  );
}
