import { reloadReason } from "#process/reload-text.ts";
import type { Reload } from "#ui/api/answers.ts";
import { clockTime, text } from "#ui/model/format.ts";
import { Badge, type Tone } from "#ui/parts/notes.tsx";
import { TableBox } from "#ui/parts/table-box.tsx";

export const statusTones: Readonly<Record<Reload["status"], Tone>> = {
  running: "info",
  confirmed: "ok",
  unconfirmed: "warn",
  failed: "bad",
  rejected: "bad",
  superseded: "plain",
};

export function ReloadTable({ reloads }: { readonly reloads: readonly Reload[] }) {
  return (
    <section class="card">
      <h2>Last reloads</h2>
      {reloads.length === 0 ? (
        <p class="muted">None since sexton runs.</p>
      ) : (
        <TableBox label="Last reloads">
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Watch</th>
              <th scope="col">Status</th>
              <th scope="col">Because of</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">Process</th>
              <th scope="col">What shows it</th>
            </tr>
          </thead>
          <tbody>
            {reloads.map((reload) => (
              <tr key={reload.id}>
                <td class="mono">{clockTime(reload.startedAt)}</td>
                <td>
                  <bdi>{text(reload.watch)}</bdi>
                </td>
                <td>
                  <Badge tone={statusTones[reload.status]}>{reload.status}</Badge>
                </td>
                <td>
                  {reload.reason}
                  {reload.attempt > 1 ? `, attempt ${reload.attempt}` : ""}
                </td>
                <td class="number">{reload.durationSeconds === null ? "–" : `${reload.durationSeconds} s`}</td>
                <td class="mono">{text(reload.process)}</td>
                <td class="wide">{text(reloadReason(reload))}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </section>
  );
}
