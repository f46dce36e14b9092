import { printableLines } from "#base/columns.ts";
import type { Target } from "#ui/api/answers.ts";
import { text } from "#ui/model/format.ts";
import type { Sending } from "#ui/panels/signals/panel.tsx";
import { ActionButton } from "#ui/parts/action-button.tsx";
import { Badge, type Tone } from "#ui/parts/notes.tsx";
import { TableBox } from "#ui/parts/table-box.tsx";

type Disposition = Target["verbs"][string]["disposition"];

const meanings: Readonly<Record<NonNullable<Disposition>, { readonly tone: Tone; readonly says: string }>> = {
  caught: { tone: "ok", says: "has a handler for it" },
  blocked: { tone: "ok", says: "holds it back until it looks" },
  ignored: { tone: "warn", says: "ignores it" },
  "default-ignore": { tone: "warn", says: "has no handler: nothing happens" },
  "default-stop": { tone: "warn", says: "has no handler: it would stop" },
  "default-terminate": { tone: "bad", says: "has no handler: the kernel would end it" },
};

export function DispositionBadge({ disposition }: { readonly disposition: Disposition }) {
  if (disposition === null) return <>–</>;
  const { tone, says } = meanings[disposition];
  return (
    <>
      <Badge tone={tone}>{disposition}</Badge> <span class="muted">{says}</span>
    </>
  );
}

interface TargetCardProps {
  readonly target: Target;
  readonly onSend: (sending: Sending) => void;
}

export function TargetCard({ target, onSend }: TargetCardProps) {
  const { name, pid, container, profile, verbs, problem } = target;
  return (
    <section class="card">
      <header>
        <h2>
          <bdi>{text(name)}</bdi> {pid !== null && <span class="muted mono">pid {pid}</span>}
        </h2>
        <span class="numbers">
          {container && <>in {text(container.name ?? container.id?.slice(0, 12))} </>}
          {profile && <Badge tone="info">{profile}</Badge>}
        </span>
      </header>
      {problem && (
        <p class="note warn">
          <Badge tone="warn">{problem.kind}</Badge> {printableLines(problem.detail)}
        </p>
      )}
      {Object.keys(verbs).length > 0 && (
        <TableBox label="Verbs">
          <thead>
            <tr>
              <th scope="col">Verb</th>
              <th scope="col">Signal</th>
              <th scope="col">What it does with it</th>
              <th scope="col">Will be sent</th>
              <th scope="col">
                <span class="hidden">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(verbs).map(([verb, { signal, disposition, willSend }]) => (
              <tr key={verb}>
                <th scope="row">{text(verb)}</th>
                <td class="mono">{signal}</td>
                <td>
                  <DispositionBadge disposition={disposition} />
                </td>
                <td>{willSend ? "yes" : "no"}</td>
                <td>
                  <ActionButton label={`Send ${verb} to ${name}`} onClick={() => onSend({ target, verb })}>
                    Send…
                  </ActionButton>
                </td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </section>
  );
}
