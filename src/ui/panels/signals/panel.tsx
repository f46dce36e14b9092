import { useState } from "preact/hooks";
import type { Target } from "#ui/api/answers.ts";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { OtherSignal } from "#ui/panels/signals/other.tsx";
import { SignalDialog } from "#ui/panels/signals/signal-dialog.tsx";
import { TargetCard } from "#ui/panels/signals/target.tsx";
import { Fix } from "#ui/parts/notes.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

export interface Sending {
  readonly target: Target;
  /** A verb or a signal. */
  readonly verb: string;
}

export function SignalsPanel() {
  const { feeds, api } = usePage();
  const fed = useFeed(feeds.targets, 2_000);
  const [sending, setSending] = useState<Sending | null>(null);
  return (
    <div class="page-panel">
      <FromFeed fed={fed}>
        {({ targets, usage }) => (
          <>
            {targets.length === 0 && (
              <div class="empty">
                <p>
                  No main app can be told from the other processes here. Name one in the configuration, or send a signal
                  to any process from its details.
                </p>
                <Fix text={"targets:\n  app: { exe: /usr/sbin/nginx }"} />
              </div>
            )}
            {targets.map((target) => (
              <TargetCard key={target.name} target={target} onSend={setSending} />
            ))}
            {targets.length > 0 && <OtherSignal targets={targets} onSend={setSending} />}
            <details>
              <summary>The same with curl</summary>
              <Fix text={usage.join("\n")} />
            </details>
          </>
        )}
      </FromFeed>
      {sending && (
        <SignalDialog
          title={`${sending.verb} → ${sending.target.name}`}
          send={(asked) => api.post("/signal", { verb: sending.verb, target: sending.target.name, ...asked })}
          onClose={() => setSending(null)}
          onDone={feeds.targets.refresh}
        />
      )}
    </div>
  );
}
