import type { IContainer, IPodSpec } from "kubernetes-models/v1";

export type Level = "restricted" | "baseline" | "privileged";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/: those of its rules that k8s/ has to do with. */
const rules: readonly { readonly level: Level; readonly what: string; readonly breaks: (spec: IPodSpec) => boolean }[] =
  [
    {
      level: "baseline",
      what: "host namespaces",
      breaks: ({ hostPID, hostIPC, hostNetwork }) => !!(hostPID || hostIPC || hostNetwork),
    },
    {
      level: "baseline",
      what: "hostPath",
      breaks: ({ volumes = [] }) => volumes.some(({ hostPath }) => hostPath !== undefined),
    },
    {
      level: "baseline",
      what: "privileged",
      breaks: each(
        ({ securityContext: own, ports = [] }) => own?.privileged === true || ports.some(({ hostPort }) => hostPort),
      ),
    },
    {
      level: "baseline",
      what: "capabilities",
      breaks: each(
        ({ securityContext: own }) => !(own?.capabilities?.add ?? []).every((name) => baselineCapabilities.has(name)),
      ),
    },
    // Since Kubernetes 1.34.
    {
      level: "baseline",
      what: "host of a probe",
      breaks: each((container) =>
        probesOf(container).some(({ httpGet, tcpSocket }) => httpGet?.host || tcpSocket?.host),
      ),
    },
    {
      level: "restricted",
      what: "volume types",
      breaks: ({ volumes = [] }) =>
        volumes.some((volume) => !Object.keys(volume).every((key) => restrictedVolumes.has(key))),
    },
    {
      level: "restricted",
      what: "allowPrivilegeEscalation",
      breaks: each(({ securityContext: own }) => own?.allowPrivilegeEscalation !== false),
    },
    {
      level: "restricted",
      what: "drop ALL",
      breaks: each(({ securityContext: own }) => !own?.capabilities?.drop?.includes("ALL")),
    },
    {
      level: "restricted",
      what: "added capabilities",
      breaks: each(({ securityContext: own }) =>
        (own?.capabilities?.add ?? []).some((name) => name !== "NET_BIND_SERVICE"),
      ),
    },
    {
      level: "restricted",
      what: "seccomp",
      breaks: each(
        ({ securityContext: own }, { securityContext: pods }) =>
          !seccomp.has((own?.seccompProfile ?? pods?.seccompProfile)?.type ?? ""),
      ),
    },
    // Both are no rules where the pod has a user namespace of its own: since Kubernetes 1.35.
    {
      level: "restricted",
      what: "runAsNonRoot",
      breaks: (spec) =>
        spec.hostUsers !== false &&
        each(({ securityContext: own }, { securityContext: pods }) => !(own?.runAsNonRoot ?? pods?.runAsNonRoot))(spec),
    },
    {
      level: "restricted",
      what: "runAsUser",
      breaks: (spec) =>
        spec.hostUsers !== false &&
        (spec.securityContext?.runAsUser === 0 || each(({ securityContext: own }) => own?.runAsUser === 0)(spec)),
    },
  ];

// biome-ignore format: a list of words.
const baselineCapabilities = new Set(["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"]);
// biome-ignore format: a list of words.
const restrictedVolumes = new Set(["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"]);
const seccomp = new Set(["RuntimeDefault", "Localhost"]);

function each(breaks: (container: IContainer, spec: IPodSpec) => unknown): (spec: IPodSpec) => boolean {
  return (spec) =>
    [...(spec.initContainers ?? []), ...spec.containers].some((container) => Boolean(breaks(container, spec)));
}

function probesOf({ startupProbe, livenessProbe, readinessProbe }: IContainer) {
  return [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe ?? []);
}

/** The strictest level that a pod passes, and the rules of the stricter ones that it breaks. */
export function podSecurity(spec: IPodSpec): { readonly level: Level; readonly broken: readonly string[] } {
  const broken = rules.filter(({ breaks }) => breaks(spec));
  const level = broken.some(({ level }) => level === "baseline")
    ? "privileged"
    : broken.length > 0
      ? "baseline"
      : "restricted";
  return { level, broken: broken.map(({ what }) => what) };
}
