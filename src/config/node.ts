import * as z from "zod/mini";
import { about, oneOf, readable } from "#config/fields.ts";

/** `auto`: node where sexton is in a container and in the machine's own PID namespace. */
const positions = ["auto", "pod", "node"] as const;

/** The settings of the node position: where sexton sees every pod of a node. */
export function createNodeSchemas() {
  const pathSchema = z.string().check(z.regex(/^\/[^\0]+$/, "expected an absolute path"));
  const file = (description: string) => about(description, z._default(z.nullable(pathSchema), null));
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
      z.strictObject({
        podLogs: about(
          "In the node position, where the node's /var/log/pods is mounted: the names of its folders are those of the pods. null: not looked at",
          z._default(z.nullable(pathSchema), "/var/log/pods"),
        ),
        kubelet: about(
          "In the node position, the kubelet's list of pods, asked for pods that podLogs does not name: http://127.0.0.1:10255/pods, or https://127.0.0.1:10250/pods with a token",
          z._default(z.nullable(urlSchema), null),
        ),
        tokenFile: file(
          "The token for the kubelet, such as /var/run/secrets/kubernetes.io/serviceaccount/token. It is read each time",
        ),
        caFile: file(
          "Who signs the kubelet's certificate, as PEM; without it the certificate is not checked, which is for 127.0.0.1 alone",
        ),
      }),
      {},
    ),
  };
}

/** As it is to be asked; null: it is none, or names a user. */
function kubeletUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  return isPlain ? url.href : null;
}
