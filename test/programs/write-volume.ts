// write-volume.ts <volume> <order> <swaps> <a second>: writes generation 1 to <swaps> as a kubelet does.
// write-volume.ts <link> <one,other,…> <swaps> <a second>: makes the link lead elsewhere by turns, each time by other words.
import { renameSync, symlinkSync } from "node:fs";
import { type Order, writeAtomically } from "../support/atomic-writer.ts";
import { keysOf } from "../support/generations.ts";

const [place = "", how = "", swaps = "0", perSecond = "1"] = process.argv.slice(2);
const targets = how.split(",");

for (let index = 1; index <= Number(swaps); index++) {
  if (targets.length === 1) writeAtomically(place, keysOf(index), how as Order);
  else {
    symlinkSync(`${"./".repeat(index % 100)}${targets[index % targets.length]}`, `${place}-next`);
    renameSync(`${place}-next`, place);
  }
  await Bun.sleep(1_000 / Number(perSecond));
}
