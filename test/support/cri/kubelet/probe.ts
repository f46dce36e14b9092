import type { IContainer, IProbe } from "kubernetes-models/v1";
import { until } from "../../pod/command.ts";

/**
 * Asks until it succeeds, as often as a kubelet would wait before it gives up; more often in between, since tests do not
 * wait for what is there. From the node to the address of the pod: a listener on its loopback is not reached.
 */
export async function probe(what: string, container: IContainer, asked: IProbe, ip: string): Promise<void> {
  const { periodSeconds = 10, failureThreshold = 3, initialDelaySeconds = 0, timeoutSeconds = 1, httpGet } = asked;
  if (httpGet === undefined) throw new Error(`Cannot probe ${container.name}: only httpGet is emulated`);
  const url = `http://${httpGet.host ?? ip}:${portOf(container, httpGet.port)}${httpGet.path ?? "/"}`;
  const deadlineMs = 1000 * (initialDelaySeconds + periodSeconds * failureThreshold);
  const ask = async () => {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(1000 * timeoutSeconds), redirect: "manual" });
    if (status < 200 || status >= 400) throw new Error(`${url} answers ${status}`);
    return true;
  };
  await until(`${what} of ${container.name}`, ask, deadlineMs);
}

function portOf({ name, ports = [] }: IContainer, port: number | string): number {
  const found = typeof port === "number" ? port : ports.find((each) => each.name === port)?.containerPort;
  if (found === undefined) throw new Error(`Cannot probe ${name}: it has no port ${port}`);
  return found;
}
