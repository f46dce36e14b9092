import { printableLines } from "#base/columns.ts";
import type { Zombie } from "#ui/api/answers.ts";
import { containerName } from "#ui/model/containers.ts";
import type { Culprit } from "#ui/model/culprits.ts";
import { clockTime, counted, span, text } from "#ui/model/format.ts";
import type { Reaping } from "#ui/panels/zombies/panel.tsx";
import { ActionButton } from "#ui/parts/action-button.tsx";
import { Badge } from "#ui/parts/notes.tsx";
import { TableBox } from "#ui/parts/table-box.tsx";

/** More of them say nothing new. */
const mostShown = 100;

const causes: Readonly<Record<Zombie["cause"], string>> = {
  "parent-not-waiting": "its parent lives and does not collect it",
  "init-not-reaping": "pid 1 has taken it over and does not collect it",
  "parent-outside-namespace": "the runtime started it and must collect it",
  traced: "its tracer must let go of it first",
  "just-exited": "its parent has not had the time yet",
};

interface CulpritCardProps {
  readonly culprit: Culprit;
  readonly onReap: (reaping: Reaping) => void;
}

export function CulpritCard({ culprit, onReap }: CulpritCardProps) {
  const { parent, zombies, perHour, oldestSeconds, remedies } = culprit;
  const who = parent ? `${text(parent.name)} (pid ${parent.pid})` : "a parent outside of the namespace";
  return (
    <section class="card">
      <header>
        <h2>
          <bdi>{who}</bdi> {parent?.container && <span class="muted">in {containerName(parent)}</span>}
        </h2>
        <span class="numbers">
          <Badge tone="bad">{counted(zombies.length, "zombie")}</Badge> oldest {span(oldestSeconds)}
          {perHour !== null && `, ${perHour.toFixed(1)} an hour`}
        </span>
        <ActionButton
          label={`Reap the zombies of ${who}`}
          onClick={() => onReap({ title: `Reap ${counted(zombies.length, "zombie")} of ${who}`, zombies, remedies })}
        >
          Reap…
        </ActionButton>
      </header>
      <p>
        {culprit.causes.map((cause) => (
          <span key={cause}>
            <Badge tone={cause === "just-exited" ? "info" : "warn"}>{cause}</Badge> {causes[cause]}.{" "}
          </span>
        ))}
        {remedies.length > 0
          ? `What would work here: ${remedies.join(", ")}.`
          : "Nothing that may be done from here would work."}
      </p>
      {culprit.advices.map((advice) => (
        <p key={advice} class="advice">
          {printableLines(advice)}
        </p>
      ))}
      <details open={zombies.length <= 10}>
        <summary>{counted(zombies.length, "zombie")}</summary>
        <ZombieTable zombies={zombies} onReap={onReap} />
      </details>
    </section>
  );
}

interface ZombieTableProps {
  readonly zombies: readonly Zombie[];
  readonly onReap: (reaping: Reaping) => void;
}

function ZombieTable({ zombies, onReap }: ZombieTableProps) {
  return (
    <>
      <TableBox label="Zombies">
        <thead>
          <tr>
            <th scope="col" class="number">
              PID
            </th>
            <th scope="col">Name</th>
            <th scope="col">Ended</th>
            <th scope="col" class="number">
              Age
            </th>
            <th scope="col">Since</th>
            <th scope="col">Origin</th>
            <th scope="col">Cause</th>
            <th scope="col">
              <span class="hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {zombies.slice(0, mostShown).map((zombie) => (
            <tr key={zombie.id}>
              <td class="number">{zombie.pid}</td>
              <td>
                <bdi>{text(zombie.name)}</bdi>
              </td>
              <td>
                {zombie.signal ?? (zombie.exitCode === null ? "unknown how" : `exit ${zombie.exitCode}`)}
                {zombie.coreDumped ? ", core" : ""}
              </td>
              <td class="number">{span(zombie.ageSeconds)}</td>
              <td class="mono">
                {zombie.sinceIsExact ? "" : "before "}
                {clockTime(zombie.since)}
              </td>
              <td>{zombie.origin}</td>
              <td>{zombie.cause}</td>
              <td>
                <ActionButton
                  label={`Reap zombie ${zombie.pid}`}
                  onClick={() =>
                    onReap({ title: `Reap zombie ${zombie.pid}`, zombies: [zombie], remedies: zombie.remedies })
                  }
                >
                  Reap…
                </ActionButton>
              </td>
            </tr>
          ))}
        </tbody>
      </TableBox>
      {zombies.length > mostShown && <p class="muted">and {zombies.length - mostShown} more</p>}
    </>
  );
}
