import { useState } from "preact/hooks";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { type ReloadAction, ReloadDialog } from "#ui/panels/reloads/reload-dialog.tsx";
import { ReloadTable } from "#ui/panels/reloads/table.tsx";
import { WatchCard } from "#ui/panels/reloads/watch.tsx";
import { Fix } from "#ui/parts/notes.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

export function ReloadsPanel() {
  const { feeds } = usePage();
  const fed = useFeed(feeds.reloads, 1_500);
  const [action, setAction] = useState<ReloadAction | null>(null);
  return (
    <div class="page-panel">
      <FromFeed fed={fed}>
        {({ watches, reloads, usage }) => (
          <>
            {watches.length === 0 && (
              <div class="empty">
                <p>Nothing is watched. To have an app reloaded whenever its configuration changes:</p>
                <Fix text={usage.join("\n")} />
              </div>
            )}
            {watches.map((watch) => (
              <WatchCard key={watch.name} watch={watch} onAct={setAction} />
            ))}
            {watches.length > 0 && <ReloadTable reloads={reloads} />}
          </>
        )}
      </FromFeed>
      {action && <ReloadDialog action={action} onClose={() => setAction(null)} onDone={feeds.reloads.refresh} />}
    </div>
  );
}
