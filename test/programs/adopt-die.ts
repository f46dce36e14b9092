// adopt-die.ts <stage> <parent:child>...: takes the steps of a visit with each of these parents, and is killed at one of them.
import {
  detach,
  interrupt,
  pollStop,
  readRegisters,
  resumeToSyscall,
  type Stop,
  seize,
  writeRegisters,
} from "#kernel/ptrace.ts";
import { registers } from "#kernel/registers.ts";
import { interruptedCall } from "#kernel/sleeping-calls.ts";

const [stage, ...given] = process.argv.slice(2);
const parents = given.map((text) => {
  const [pid, child] = text.split(":").map(Number) as [number, number];
  return { pid, child, own: registers(), borrowed: registers() };
});
type Parent = (typeof parents)[number];
let visited: readonly Parent[] = parents;

function reach(name: string): void {
  if (name !== stage) return;
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

function stopOf({ pid }: Parent): Stop {
  for (;;) {
    const stop = pollStop(pid, false);
    if (stop) return stop;
  }
}

/** It may be on its way from one call to the next: then it is let go. */
function isAsleep(parent: Parent): boolean {
  const { pid, own } = parent;
  const stop = stopOf(parent);
  const call = readRegisters(pid, own) ? interruptedCall(own.get("originalRax"), own.get("rax")) : null;
  if (stop.kind === "interrupt" && call) return true;
  detach(pid);
  return false;
}

for (const { pid } of parents) seize(pid);
reach("seized");
for (const { pid } of parents) interrupt(pid);
reach("interrupted");
visited = parents.filter(isAsleep);
reach("stopped");
for (const { pid, child, own, borrowed } of visited) {
  borrowed.copyFrom(own);
  const waitid = { originalRax: 247n, rdi: 1n, rsi: BigInt(child), rdx: 0n, r10: 0x40000005n, r8: 0n };
  borrowed.set({ ...waitid, rax: -513n });
  writeRegisters(pid, borrowed);
  if (own.get("rax") === -4n) own.set({ rax: -514n });
}
reach("lent");
for (const round of ["", " again"]) {
  for (const { pid } of visited) resumeToSyscall(pid);
  reach(`entering${round}`);
  visited.forEach(stopOf);
  reach(`entered${round}`);
  for (const { pid } of visited) resumeToSyscall(pid);
  reach(`leaving${round}`);
  visited.forEach(stopOf);
  reach(`left${round}`);
  for (const { pid, borrowed } of visited) {
    readRegisters(pid, borrowed);
    borrowed.set({ rip: borrowed.get("rip") - 2n, rax: 247n });
    if (round === "") writeRegisters(pid, borrowed);
  }
  reach(`lent${round}`);
}
for (const { pid, own } of visited) writeRegisters(pid, own);
reach("returned");
