// Watches the machine it runs on. For each pid on a line of stdin it scans, and prints as JSON which programs it has told
// to be execed in that process so far, and whether it sees the process's addresses.
import { watchMachine } from "../support/watch.ts";

const { watcher, observer, of } = watchMachine();
for await (const line of console) {
  if (line === "") break;
  const pid = Number(line);
  const process = observer.table(0).byPid.get(pid);
  const execs = of(pid).filter(({ type }) => type === "process.execed");
  const programs = execs.map(({ data }) => (data["after"] as { command: string | null }).command);
  console.log(JSON.stringify({ programs, seesAddresses: process ? process.layout !== null : null }));
}
watcher.stop();
