// Asks whether the process of the given pid could be signalled, and prints the kernel's answer.
import { type Pidfd, pidfdOpen, pidfdSendSignal } from "#kernel/pidfd.ts";

const pidfd = pidfdOpen(Number(process.argv[2]));
console.log(typeof pidfd === "number" ? pidfdSendSignal(pidfd as Pidfd, 0) : pidfd);
