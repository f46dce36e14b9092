import type { ComponentChildren } from "preact";
import type { ProcessDetail } from "#ui/api/answers.ts";
import { bytes, text, whole } from "#ui/model/format.ts";
import { Facts } from "#ui/parts/notes.tsx";

/** What proc(5) tells of a process, grouped; only what one opens is drawn. */
export function KernelFacts({ process }: { readonly process: ProcessDetail }) {
  const { signals, fds, limits, io, cgroups, namespaces } = process;
  const names = (list: readonly string[]) => (list.length === 0 ? "–" : list.join(" "));
  return (
    <>
      <Section title="Signals" open>
        <Facts
          facts={[
            ["Caught", names(signals.caught)],
            ["Ignored", names(signals.ignored)],
            ["Blocked", names(signals.blocked)],
            ["Pending", names(signals.pending)],
          ]}
        />
      </Section>
      <Section title="Files and memory" open>
        <Facts
          facts={[
            ["Open files", `${whole(fds.open)} of ${whole(fds.softLimit)} (hard ${whole(fds.hardLimit)})`],
            ["OOM score", whole(process.oomScore)],
            ["Page faults", `${process.pageFaults.major} major, ${process.pageFaults.minor} minor`],
            ["Working directory", <bdi class="wrap">{text(process.cwd)}</bdi>],
            ["Root", <bdi class="wrap">{text(process.root)}</bdi>],
          ]}
        />
      </Section>
      <Section title="Limits">
        {limits ? (
          <Facts
            facts={Object.entries(limits).map(([name, { soft, hard, unit }]) => [
              name,
              `${limit(soft)} / ${limit(hard)}${unit === null ? "" : ` ${unit}`}`,
            ])}
          />
        ) : (
          <Hidden />
        )}
      </Section>
      <Section title="Input and output">
        {io ? (
          <Facts
            facts={[
              ["Read", `${bytes(io.readBytes)} in ${whole(io.readCalls)} calls`],
              ["Written", `${bytes(io.writtenBytes)} in ${whole(io.writeCalls)} calls`],
              ["From storage", bytes(io.storageReadBytes)],
              ["To storage", bytes(io.storageWrittenBytes)],
            ]}
          />
        ) : (
          <Hidden />
        )}
      </Section>
      <Section title="Isolation">
        <Facts
          facts={[
            ["Pids in namespaces", process.nsPids.join(", ")],
            ["No new privileges", process.noNewPrivileges === null ? "–" : process.noNewPrivileges ? "yes" : "no"],
            ["Seccomp", whole(process.seccomp)],
            ...(cgroups ?? []).map(({ hierarchy, controllers, path }) => {
              const name = `cgroup ${controllers.join(",") || hierarchy}`;
              return [name, <bdi class="wrap">{text(path)}</bdi>] as const;
            }),
            ...Object.entries(namespaces ?? {}).map(([name, inode]) => [`${name} namespace`, inode] as const),
          ]}
        />
      </Section>
    </>
  );
}

const limit = (value: number | null) => (value === null ? "unlimited" : String(value));

function Hidden() {
  return <p class="muted">Hidden by permission.</p>;
}

interface SectionProps {
  readonly title: string;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}

function Section({ title, open = false, children }: SectionProps) {
  return (
    <details open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
