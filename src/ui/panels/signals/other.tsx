import { useState } from "preact/hooks";
import type { Target } from "#ui/api/answers.ts";
import { text } from "#ui/model/format.ts";
import type { Sending } from "#ui/panels/signals/panel.tsx";
import { ActionButton } from "#ui/parts/action-button.tsx";

interface OtherSignalProps {
  readonly targets: readonly Target[];
  readonly onSend: (sending: Sending) => void;
}

/** Any signal by its name or number. */
export function OtherSignal({ targets, onSend }: OtherSignalProps) {
  const [signal, setSignal] = useState("");
  const [name, setName] = useState(targets[0]?.name ?? "");
  const target = targets.find((one) => one.name === name) ?? targets[0];
  const send = () => {
    if (target && signal.trim() !== "") onSend({ target, verb: signal.trim() });
  };
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="field">
        Another signal
        <input
          value={signal}
          placeholder="USR1, RTMIN+3, 12"
          onInput={(event) => setSignal(event.currentTarget.value)}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label class="field">
        to
        <select value={target?.name} onChange={(event) => setName(event.currentTarget.value)}>
          {targets.map((one) => (
            <option key={one.name} value={one.name}>
              {text(one.name)}
            </option>
          ))}
        </select>
      </label>
      <ActionButton label="Send this signal" onClick={send}>
        Send…
      </ActionButton>
    </form>
  );
}
