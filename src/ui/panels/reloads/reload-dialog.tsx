import { useState } from "preact/hooks";
import { rejectionText } from "#process/reload-text.ts";
import type { HoldReport, ReloadReport } from "#ui/api/answers.ts";
import { usePage } from "#ui/context.ts";
import { clockTime, text } from "#ui/model/format.ts";
import { statusTones } from "#ui/panels/reloads/table.tsx";
import { Evidence } from "#ui/panels/signals/signal-dialog.tsx";
import { ActionDialog } from "#ui/parts/action-dialog.tsx";
import { Badge, Facts, type Tone } from "#ui/parts/notes.tsx";

export interface ReloadAction {
  readonly kind: "run" | "hold" | "release";
  readonly watch: string;
}

interface ReloadDialogProps {
  readonly action: ReloadAction;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ReloadDialog(props: ReloadDialogProps) {
  return props.action.kind === "run" ? <RunDialog {...props} /> : <HoldDialog {...props} />;
}

function RunDialog({ action: { watch }, ...ends }: ReloadDialogProps) {
  const { api } = usePage();
  return (
    <ActionDialog<ReloadReport>
      {...ends}
      title={`Run the reload of ${text(watch)}`}
      askKey="run"
      ask={(dryRun) => api.post(`/reloads/${encodeURIComponent(watch)}`, { dryRun })}
      wouldDo={({ status }) => status === "would-reload"}
      doLabel={() => "Reload now"}
      describe={(report) => <Run report={report} />}
    />
  );
}

const tones: Readonly<Record<ReloadReport["status"], Tone>> = { ...statusTones, "would-reload": "info" };

function Run({ report }: { readonly report: ReloadReport }) {
  const { status, detail, evidence, rejection, durationSeconds, hash, process } = report;
  return (
    <>
      <p>
        <Badge tone={tones[status]}>{status}</Badge>
        {durationSeconds !== null && ` after ${durationSeconds} s`} {detail !== null && text(detail)}
      </p>
      <Evidence evidence={evidence} />
      {rejection && <p class="note bad">{text(rejectionText(rejection))}</p>}
      <Facts
        facts={[
          ["Content", <span class="mono">{text(hash)}</span>],
          ...(process === null ? [] : [["Told", <span class="mono">{process}</span>] as const]),
        ]}
      />
    </>
  );
}

const times = ["1m", "10m", "1h", "8h", "24h"] as const;

function HoldDialog({ action: { kind, watch }, ...ends }: ReloadDialogProps) {
  const { api } = usePage();
  const [time, setTime] = useState<string>("10m");
  const holds = kind === "hold";
  const path = `/reloads/${encodeURIComponent(watch)}/${kind}`;
  return (
    <ActionDialog<HoldReport>
      {...ends}
      title={`${holds ? "Hold" : "Release"} the reloads of ${text(watch)}`}
      askKey={time}
      ask={(dryRun) => api.post(path, holds ? { for: time, dryRun } : { dryRun })}
      wouldDo={() => true}
      doLabel={() => (holds ? `Hold for ${time}` : "Release")}
      describe={({ held, heldUntil }) => (
        <p>
          {held && heldUntil
            ? `No reload of its own accord until ${clockTime(heldUntil)}; what changes meanwhile is reloaded then.`
            : "Changes are reloaded again, with what has changed meanwhile."}
        </p>
      )}
      options={
        holds && (
          <label class="field">
            For
            <select value={time} onChange={(event) => setTime(event.currentTarget.value)}>
              {times.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
        )
      }
    />
  );
}
