import { columns, printable, printableLines } from "#base/columns.ts";
import { wrap } from "#base/wrap.ts";
import type { Diagnosis, DiagnosisContainer, DiagnosisFinding, DiagnosisUser } from "#process/diagnosis.ts";

export interface DiagnosisLook {
  /** Columns of the terminal. */
  readonly width: number;
  /** With what was found where nothing is wrong. */
  readonly verbose: boolean;
  /** Puts colours around a title. */
  readonly paint?: (severity: DiagnosisFinding["severity"], text: string) => string;
}

const words = { error: "error", warning: "warning", info: "note" } as const;
const severities = ["error", "warning", "info"] as const;

/** What a person reads: the gravest first, what was seen and why it matters as sentences, what mends it as it is to be taken. */
export function diagnosisText(diagnosis: Diagnosis, look: DiagnosisLook): string {
  const { findings } = diagnosis;
  const parts = [summary(findings), ...findings.map((finding) => findingText(finding, look))];
  if (look.verbose)
    parts.push(appsText(diagnosis), containersText(diagnosis.containers), capabilitiesText(diagnosis, look));
  return parts.filter((part) => part !== "").join("\n");
}

function summary(findings: readonly DiagnosisFinding[]): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${words[severity]}${count === 1 ? "" : "s"}`];
  });
  return `${counts.join(", ") || "No findings"}\n`;
}

const labels = { seen: "Seen  ", why: "Why   ", fix: "Fix   " } as const;
const indent = "  ";
const hanging = " ".repeat(indent.length + labels.fix.length);

function findingText(finding: DiagnosisFinding, { width, paint = (_, text) => text }: DiagnosisLook): string {
  const { severity, title, seen, why, fix, id } = finding;
  const [sentence = "", ...lines] = fix.split("\n");
  const field = (label: string, text: string) => wrap(printable(text), width, `${indent}${label}`, hanging);
  return [
    `${paint(severity, `${words[severity].toUpperCase()}  ${printable(title)}`)}  [${id}]`,
    ...field(labels.seen, seen),
    ...field(labels.why, why),
    ...field(labels.fix, sentence),
    ...(lines.length === 0
      ? []
      : printableLines(lines.join("\n"))
          .split("\n")
          .map((line) => `${hanging}${indent}${line}`)),
    "",
  ].join("\n");
}

function appsText({ place, apps }: Diagnosis): string {
  const intro = `Place: ${place}\n`;
  if (apps.length === 0) return intro;
  return `${intro}\n${columns(apps, [
    { title: "APP", value: ({ name }) => name },
    { title: "PID", align: "right", value: ({ pid }) => pid },
    { title: "CONTAINER", value: ({ container }) => container },
    { title: "PROFILE", value: ({ profile }) => profile },
    { title: "SIGTERM", value: ({ terminate }) => terminate },
    { title: "RELOAD", value: ({ reload }) => reload && `${reload.signal} ${reload.disposition}` },
  ])}`;
}

interface UserLine {
  readonly container: DiagnosisContainer;
  readonly user: DiagnosisUser;
}

function containersText(containers: readonly DiagnosisContainer[]): string {
  const lines = containers.flatMap((container): UserLine[] => container.users.map((user) => ({ container, user })));
  if (lines.length === 0) return "";
  return columns(lines, [
    {
      title: "CONTAINER",
      value: ({ container }) => container.name ?? container.id?.slice(0, 12) ?? container.main?.name ?? null,
    },
    { title: "ROLE", value: ({ container }) => container.role },
    { title: "UID", align: "right", value: ({ user }) => user.uid },
    { title: "GID", align: "right", value: ({ user }) => user.gid },
    { title: "PROCESSES", align: "right", value: ({ user }) => user.processes },
    { title: "TRIED", align: "right", value: ({ user }) => user.tried },
    { title: "SIGNAL", value: ({ user }) => answer(user.maySignal) },
    { title: "EXE", value: ({ user }) => answer(user.readable.exe) },
    { title: "ENVIRON", value: ({ user }) => answer(user.readable.environ) },
    { title: "FDS", value: ({ user }) => answer(user.readable.fds) },
    { title: "ATTACH", value: ({ user }) => answer(user.readable.attach) },
  ]);
}

function capabilitiesText({ capabilities }: Diagnosis, { width }: DiagnosisLook): string {
  return columns(
    capabilities,
    [
      { title: "CAPABILITY", value: ({ name }) => name },
      { title: "", value: ({ available }) => answer(available) },
      { title: "TRIED", leftOut: 1, value: ({ how }) => how },
      { title: "FOUND", value: ({ detail }) => detail },
    ],
    { width: Math.max(width, 60), lastWidth: 40 },
  );
}

const answer = (value: boolean | null) => (value === null ? null : value ? "yes" : "no");
