import { useState } from "preact/hooks";
import type { ProcessDetail } from "#ui/api/answers.ts";
import { usePage } from "#ui/context.ts";
import { text } from "#ui/model/format.ts";
import { SignalDialog } from "#ui/panels/signals/signal-dialog.tsx";

const offered = ["HUP", "TERM", "INT", "QUIT", "USR1", "USR2", "WINCH", "CHLD", "CONT", "STOP", "KILL"];

/** A signal for one process, whatever the targets are. */
export function ProcessSignalDialog({
  process,
  onClose,
}: {
  readonly process: ProcessDetail;
  readonly onClose: () => void;
}) {
  const { api, feeds } = usePage();
  const [signal, setSignal] = useState("HUP");
  return (
    <SignalDialog
      title={`Signal ${text(process.name)} (pid ${process.pid})`}
      askKey={signal}
      send={(asked) => api.post(`/processes/${process.id}/signal`, { signal, wait: "2s", ...asked })}
      options={
        <label class="field">
          Signal
          <select value={signal} onChange={(event) => setSignal(event.currentTarget.value)}>
            {offered.map((name) => (
              <option key={name} value={name}>
                SIG{name}
                {process.signals.caught.includes(`SIG${name}`) ? " (caught)" : ""}
              </option>
            ))}
          </select>
        </label>
      }
      onClose={onClose}
      onDone={feeds.processes.refresh}
    />
  );
}
