import * as z from "zod/mini";
import { isLoopback } from "#base/loopback.ts";
import { about, oneOf, pathSetting, readable } from "#config/fields.ts";

/** `auto`: node where sexton is in a container and in the machine's own PID namespace. */
const positions = ["auto", "pod", "node"] as const;

/** The settings of the node position: where sexton sees every pod of a node. */
export function createNodeSchemas() {
  const urlSchema = z.pipe(
    z.string(),
    readable(kubeletUrl, "a URL such as http://127.0.0.1:10255/pods or https://127.0.0.1:10250/pods"),
  );
  return {
    position: about(
      "What sexton looks after: pod; node (hostPID: true: every pod of the node; no signals but those of signals.allow); auto: node where sexton is in a container and in the machine's own PID namespace",
      z._default(oneOf(...positions), "auto"),
    ),
    node: z.prefault(
      z
        .strictObject({
          podLogs: pathSetting(
            "In the node position, where the node's /var/log/pods is mounted: the names of its folders are those of the pods. null: not looked at",
            "/var/log/pods",
          ),
          kubelet: about(
            "In the node position, the kubelet's list of pods, asked for pods that podLogs does not name: http://127.0.0.1:10255/pods, or https://127.0.0.1:10250/pods with a token",
            z._default(z.nullable(urlSchema), null),
          ),
          tokenFile: pathSetting(
            "The token for the kubelet, such as /var/run/secrets/kubernetes.io/serviceaccount/token. It is read each time",
          ),
          caFile: pathSetting(
            "Who signs the kubelet's certificate, as PEM; without it the certificate is not checked, which is for 127.0.0.1 alone",
          ),
        })
        .check(
          z.refine(
            keepsToken,
            "the token would go over the network to whoever answers: https:// with node.caFile, or 127.0.0.1",
          ),
        ),
      {},
    ),
  };
}

interface Asked {
  readonly kubelet: string | null;
  readonly tokenFile: string | null;
  readonly caFile: string | null;
}

/** Whoever has a token for nodes/proxy may run commands in every pod of the node. */
function keepsToken({ kubelet, tokenFile, caFile }: Asked): boolean {
  if (kubelet === null || tokenFile === null) return true;
  const { protocol, hostname } = new URL(kubelet);
  return isLoopback(hostname.replace(/^\[(.*)\]$/, "$1")) || (protocol === "https:" && caFile !== null);
}

/** As it is to be asked; null: it is none, or names a user. */
function kubeletUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isPlain ? url.href : null;
}
