import { useState } from "preact/hooks";
import type { Zombie, Zombies } from "#ui/api/answers.ts";
import { useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { type Culprit, culpritsOf } from "#ui/model/culprits.ts";
import { counted, percent, span, whole } from "#ui/model/format.ts";
import { CulpritCard } from "#ui/panels/zombies/culprit.tsx";
import { ReapDialog } from "#ui/panels/zombies/reap-dialog.tsx";
import { Facts } from "#ui/parts/notes.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

export interface Reaping {
  readonly title: string;
  readonly zombies: readonly Zombie[];
  readonly remedies: Culprit["remedies"];
}

export function ZombiesPanel() {
  const { feeds } = usePage();
  const fed = useFeed(feeds.zombies, 1_500);
  const [reaping, setReaping] = useState<Reaping | null>(null);
  return (
    <div class="page-panel">
      <FromFeed fed={fed}>
        {(zombies) => {
          const culprits = culpritsOf(zombies);
          return (
            <>
              <Summary zombies={zombies} culprits={culprits.length} />
              {culprits.length === 0 && <p class="empty">No zombies: whatever ended was collected.</p>}
              {culprits.map((culprit) => (
                <CulpritCard key={culprit.key} culprit={culprit} onReap={setReaping} />
              ))}
            </>
          );
        }}
      </FromFeed>
      {reaping && <ReapDialog reaping={reaping} onClose={() => setReaping(null)} onDone={feeds.zombies.refresh} />}
    </div>
  );
}

function Summary({ zombies, culprits }: { readonly zombies: Zombies; readonly culprits: number }) {
  const { pids, count, oldestAgeSeconds, strays } = zombies;
  const used = pids.limit === null ? null : (pids.current / pids.limit) * 100;
  return (
    <Facts
      facts={[
        ["Zombies", `${counted(count, "zombie")} of ${counted(culprits, "parent")}`],
        ["Oldest", span(oldestAgeSeconds)],
        [
          "Pids in use",
          `${pids.current} of ${whole(pids.limit)} (${percent(used)})${pids.source ? `, ${pids.source}` : ""}`,
        ],
        ["Out of pids in", span(pids.secondsToExhaustion)],
        ["Strays", whole(strays)],
      ]}
    />
  );
}
