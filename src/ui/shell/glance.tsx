import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { bytes, percent, whole } from "#ui/model/format.ts";

const everyMs = 3_000;

/** The few numbers that tell whether to look further; they feed the charts too. */
export function Glance() {
  const { feeds, history } = usePage();
  const processes = useFeed(feeds.processes, everyMs).value;
  const zombies = useFeed(feeds.zombies, everyMs).value;
  const sample = processes && history.samples.at(-1);
  const containers = [...(sample?.containers.values() ?? [])];
  const sum = (key: "cpuPercent" | "rssBytes") => containers.reduce((total, one) => total + one[key], 0);
  const count = zombies?.count ?? sample?.zombies ?? null;
  return (
    <dl class="glance">
      <Figure name="processes" value={whole(sample?.processes ?? null)} />
      <Figure name="zombies" value={whole(count)} alarm={(count ?? 0) > 0} />
      <Figure name="pids" value={`${whole(sample?.pids ?? null)}/${whole(sample?.pidsLimit ?? null)}`} />
      <Figure name="CPU" value={sample ? percent(sum("cpuPercent")) : "–"} />
      <Figure name="memory" value={sample ? bytes(sum("rssBytes")) : "–"} />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly alarm?: boolean;
}

function Figure({ name, value, alarm = false }: FigureProps) {
  return (
    <div class={alarm ? "alarm" : ""}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
