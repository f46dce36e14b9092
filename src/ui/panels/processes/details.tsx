import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ProcessDetail } from "#ui/api/answers.ts";
import { createFeed, useFeed } from "#ui/api/feed.ts";
import { usePage } from "#ui/context.ts";
import { containerName } from "#ui/model/containers.ts";
import { bytes, clockTime, cpuTime, percent, span, text, whole } from "#ui/model/format.ts";
import { stateTones } from "#ui/panels/processes/columns.tsx";
import { KernelFacts } from "#ui/panels/processes/kernel-facts.tsx";
import { ProcessSignalDialog } from "#ui/panels/signals/process-dialog.tsx";
import { ActionButton } from "#ui/parts/action-button.tsx";
import { Aside } from "#ui/parts/aside.tsx";
import { calm } from "#ui/parts/calm.ts";
import { Badge, Facts } from "#ui/parts/notes.tsx";
import { FromFeed } from "#ui/parts/panel.tsx";

/** Everything that is known of one process, as long as it is looked at. */
export function Details({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { api, session } = usePage();
  const feed = useMemo(
    () => createFeed<ProcessDetail>(`/processes/${id}`, { api, session, page: document, calm: calm.wait }),
    [id],
  );
  const fed = useFeed(feed, 2_000);
  const [signalling, setSignalling] = useState(false);
  const title = (
    <>
      <bdi>{fed.value ? text(fed.value.name) : "Process"}</bdi> <span class="muted mono">{id.split("-")[0]}</span>
    </>
  );
  return (
    <Aside label="Details of a process" title={title} onClose={onClose}>
      <FromFeed fed={fed}>
        {(process) => (
          <>
            <p>
              <ActionButton onClick={() => setSignalling(true)}>Send a signal…</ActionButton>
            </p>
            <Sigterm process={process} />
            <Facts facts={mainFacts(process)} />
            <KernelFacts process={process} />
          </>
        )}
      </FromFeed>
      {signalling && fed.value && <ProcessSignalDialog process={fed.value} onClose={() => setSignalling(false)} />}
    </Aside>
  );
}

const sigterm = {
  handled: { tone: "ok", says: "has a handler for SIGTERM and can end in its own time." },
  default: { tone: "warn", says: "has no handler for SIGTERM: the kernel ends it at once." },
  ignored: { tone: "bad", says: "does nothing on SIGTERM: Kubernetes waits the whole grace period and then kills it." },
} as const;

function Sigterm({ process: { terminates, state } }: { readonly process: ProcessDetail }) {
  if (state === "zombie")
    return <p class="note warn">It has ended, and waits to be collected. No signal reaches it.</p>;
  const { tone, says } = sigterm[terminates.SIGTERM];
  return (
    <p class={`note ${tone}`}>
      <Badge tone={tone}>SIGTERM {terminates.SIGTERM}</Badge> It {says}
    </p>
  );
}

function mainFacts(process: ProcessDetail): readonly (readonly [string, ComponentChildren])[] {
  const { stray, denied } = process;
  return [
    ["State", <Badge tone={stateTones[process.state]}>{process.state}</Badge>],
    ["Container", <bdi>{containerName(process)}</bdi>],
    ["Role", process.role],
    ["Command line", <bdi class="wrap">{text(process.commandLine)}</bdi>],
    ["Executable", <bdi class="wrap">{text(process.exe)}</bdi>],
    ["Identity", process.id],
    ["Parent", whole(process.ppid)],
    ["User, group", `${whole(process.uid)}, ${whole(process.gid)}`],
    ["Started", `${clockTime(process.startTime)}, ${span(process.uptimeSeconds)} ago`],
    ["CPU", `${percent(process.cpuPercent)} now, ${cpuTime(process.cpuSeconds)} in all`],
    ["Memory", `${bytes(process.rssBytes)} resident, ${bytes(process.virtualBytes)} virtual`],
    ["Threads", whole(process.threads)],
    ...(stray ? [["Stray", `${stray.reason}, since ${clockTime(stray.since)}`] as const] : []),
    ...(denied && denied.length > 0 ? [["Hidden by permission", denied.join(", ")] as const] : []),
  ];
}
