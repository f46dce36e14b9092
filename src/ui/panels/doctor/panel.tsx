import { printableLines } from "#base/columns.ts";
import type { Diagnosis, Finding } from "#ui/api/answers.ts";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { counted, text } from "#ui/model/format.ts";
import { Capabilities } from "#ui/panels/doctor/capabilities.tsx";
import { Rights } from "#ui/panels/doctor/rights.tsx";
import { Badge, Facts, Fix, type Tone } from "#ui/parts/notes.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

const tones: Readonly<Record<Finding["severity"], Tone>> = { error: "bad", warning: "warn", info: "info" };
const severities = ["error", "warning", "info"] as const;

const places: Readonly<Record<Diagnosis["place"], string>> = {
  shared: "a pod's shared PID namespace",
  own: "its own container only",
  init: "in front of the app",
  node: "the node",
  unknown: "not known",
};

export function DoctorPanel() {
  const { feeds } = usePage();
  const fed = useFeed(feeds.doctor, 5_000);
  return (
    <div class="page-panel">
      <FromFeed fed={fed}>
        {({ findings, watch, place, capabilities, containers }) => (
          <>
            <Facts
              facts={[
                ["Findings", counts(findings)],
                ["Looks from", places[place]],
                ["Exits heard by", watch.mechanism],
                ["Watched", `${counted(watch.watched, "process", "processes")}, ${watch.swept} only swept`],
              ]}
            />
            {findings.length === 0 && <p class="empty">Nothing to report: all is as it should be.</p>}
            {findings.map((finding) => (
              <FindingCard
                key={`${finding.id} ${finding.container} ${finding.process} ${finding.seen}`}
                finding={finding}
              />
            ))}
            <Rights containers={containers} />
            <Capabilities capabilities={capabilities} />
          </>
        )}
      </FromFeed>
    </div>
  );
}

function FindingCard({ finding: { severity, title, seen, why, fix, container } }: { readonly finding: Finding }) {
  const [advice = "", ...lines] = fix.split("\n");
  return (
    <section class="card">
      <header>
        <h2>
          <Badge tone={tones[severity]}>{severity}</Badge> {text(title)}
        </h2>
        {container !== null && <span class="numbers">in {text(container)}</span>}
      </header>
      <p>{printableLines(seen)}</p>
      <p class="muted">{printableLines(why)}</p>
      {advice !== "" && <p class="advice">{text(advice)}</p>}
      {lines.length > 0 && <Fix text={lines.join("\n")} />}
    </section>
  );
}

function counts(findings: readonly Finding[]): string {
  const parts = severities.map((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return severity === "info" ? `${number} info` : counted(number, severity);
  });
  return parts.join(", ");
}
