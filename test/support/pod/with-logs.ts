import type { Pod } from "./pod.ts";

/** What the containers said is half of the explanation of a failure, and it is gone once the pod is. */
export async function withLogs(pods: Iterable<Pod>, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    for (const pod of pods) console.error(`=== pod ${pod.name}\n${await pod.logs()}`);
    throw error;
  }
}
