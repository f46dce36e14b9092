// What the virtual machine of test-vm.ts runs: compiled into one file, started by a unit of systemd's as root. Each check is
// a line of results.jsonl, written when it is over, so that a machine that is switched off has told what it had.
import { appendFileSync } from "node:fs";
import { playOne } from "./vm/guest/check.ts";
import { capabilityChecks } from "./vm/guest/checks/capabilities.ts";
import { endChecks } from "./vm/guest/checks/end.ts";
import { exitChecks } from "./vm/guest/checks/exits.ts";
import { hiddenChecks } from "./vm/guest/checks/hidden.ts";
import { initChecks } from "./vm/guest/checks/init.ts";
import { limitChecks } from "./vm/guest/checks/limits.ts";
import { placeChecks } from "./vm/guest/checks/place.ts";
import { podChecks } from "./vm/guest/checks/pod.ts";
import { reloadChecks } from "./vm/guest/checks/reload.ts";
import { zombieChecks } from "./vm/guest/checks/zombies.ts";
import { factsOf } from "./vm/guest/facts.ts";
import type { Line } from "./vm/result.ts";

const tell = (line: Line) => appendFileSync("/vm/results.jsonl", `${JSON.stringify(line)}\n`);

const checks = [
  ...placeChecks,
  ...capabilityChecks(tell),
  ...exitChecks,
  ...zombieChecks,
  ...reloadChecks,
  ...limitChecks,
  ...hiddenChecks,
  ...initChecks,
  ...podChecks(tell),
  ...endChecks(tell),
];

tell({ facts: await factsOf() });
for (const check of checks) {
  const outcome = await playOne(check);
  console.log(`${outcome.status} ${outcome.name} (${outcome.seconds} s): ${outcome.detail}`);
  tell({ outcome });
}
tell({ end: true });
process.exit(0);
