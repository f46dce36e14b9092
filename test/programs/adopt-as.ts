// adopt-as.ts <parent> <zombie>...: adopts as whoever runs it, and says what came of it, and why not.

import { adopt } from "#daemon/remedies/adopt.ts";
import { readParentFacts } from "#daemon/zombies/parent-facts.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { refuseAdoption } from "#policy/remedy.ts";
import { parentOf, zombiesOf } from "../support/adoption.ts";

const [pid = 0, ...pids] = process.argv.slice(2).map(Number);
const root = procRoot();
const parent = parentOf(pid);
const facts = readParentFacts(root, parent, process.pid);
const refusal = facts && refuseAdoption(facts);
const { results } = await adopt(root, parent, zombiesOf(parent, pids), process.pid, () => false);
const outcomes = results.map(({ outcome, detail, fix }) => ({ outcome, detail, fix }));
process.stdout.write(JSON.stringify({ refusal, sleeps: facts?.adoption.threads.map(({ sleep }) => sleep), outcomes }));
