import { readFileSync } from "node:fs";
import type { PodSource } from "#daemon/pods/pod-names.ts";
import type { PodName } from "#process/pod.ts";

export interface KubeletSettings {
  /** `http://127.0.0.1:10255/pods`, or `https://127.0.0.1:10250/pods` with a token. */
  readonly url: string;
  /** Read for each request: projected tokens change within the hour. */
  readonly tokenFile: string | null;
  /** Who signs the kubelet's certificate; null: it is not looked at. */
  readonly caFile: string | null;
}

const timeoutMs = 5_000;
/** `proxy: false` is Bun's own (1.4.5, not in its types): a proxy of the environment would be shown the token. */
const direct = { proxy: false } as unknown as RequestInit;
/** A pod takes 10 to 20 KB there, and the kubelet allows 110 of them by default. */
const mostBytes = 32 * 1024 * 1024;

/** Names by the pods that the kubelet runs, a PodList of its read-only or its authenticated port. */
export function kubeletPods({ url, tokenFile, caFile }: KubeletSettings): PodSource {
  return {
    name: url,
    async list() {
      const token = tokenFile === null ? null : readFileSync(tokenFile, "utf8").trim();
      const response = await fetch(url, {
        ...direct,
        headers: { accept: "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.timeout(timeoutMs),
        // Where else the token might go to is not for an answer to say.
        redirect: "error",
        tls: caFile === null ? { rejectUnauthorized: false } : { ca: readFileSync(caFile, "utf8") },
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`it answers ${response.status}. ${advice[response.status] ?? "Look at its address and port."}`);
      }
      return namesOf(JSON.parse(await textOf(response)));
    },
  };
}

const advice: Readonly<Record<number, string>> = {
  401: "Give node.tokenFile a token that it takes.",
  403: "Let the service account get nodes/proxy, or nodes/pods where the kubelet has fine-grained authorization.",
};

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`its list is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The kubelet names a static pod by the hash of its manifest, which is also what its cgroup and folders are named by. */
export function namesOf(list: unknown): [uid: string, name: PodName][] {
  const items = field(list, "items");
  if (!Array.isArray(items)) throw new Error("its answer is no list of pods");
  return items.flatMap((item: unknown): [string, PodName][] => {
    const metadata = field(item, "metadata");
    const [uid, name, namespace] = ["uid", "name", "namespace"].map((key) => field(metadata, key));
    if (typeof uid !== "string" || typeof name !== "string" || typeof namespace !== "string") return [];
    const hash = field(field(metadata, "annotations"), "kubernetes.io/config.hash");
    const uids = typeof hash === "string" && hash !== uid ? [uid, hash] : [uid];
    return uids.map((known) => [known, { namespace, name }]);
  });
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
