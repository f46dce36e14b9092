import { parseArgs } from "node:util";

export interface Options {
  /** A release of Debian: its kernel, libc, systemd and runtimes. */
  readonly suite: string;
  /** Images and packages, kept from one run to the next. */
  readonly cache: string;
  readonly mirror: string | null;
  readonly accelerator: "auto" | "kvm" | "tcg";
  /** From the first instruction to the power switch. */
  readonly limitSeconds: number;
  readonly write: boolean;
  readonly fresh: boolean;
}

export const usage = `npm run test:vm -- [options]: plays sexton in a virtual machine with systemd and pure cgroup v2

  --suite NAME      the release of Debian in it: trixie, sid, … (default: trixie)
  --write           put the results into docs/compatibility.md
  --fresh           make the image anew, with the packages of today
  --accel NAME      auto (KVM where it works), kvm or tcg (default: auto)
  --limit SECONDS   when the machine is switched off (default: 360)
  --cache DIR       images and packages (default: /var/cache/sexton-vm)
  --mirror URI      where Debian comes from (default: where apt has it from)
`;

/** Or a sentence about what is wrong with them. */
export function parseOptions(args: readonly string[]): Options | "help" | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        suite: { type: "string", default: "trixie" },
        cache: { type: "string", default: "/var/cache/sexton-vm" },
        mirror: { type: "string" },
        accel: { type: "string", default: "auto" },
        limit: { type: "string", default: "360" },
        write: { type: "boolean", default: false },
        fresh: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { suite, cache, mirror, accel, limit, write, fresh, help } = values;
    if (help) return "help";
    if (!/^[a-z]+$/.test(suite)) return { wrong: `--suite: expected the name of a release, found ${suite}` };
    if (accel !== "auto" && accel !== "kvm" && accel !== "tcg")
      return { wrong: `--accel: expected auto, kvm or tcg, found ${accel}` };
    if (!/^[1-9]\d{0,3}$/.test(limit)) return { wrong: `--limit: expected 1 to 9999 seconds, found ${limit}` };
    return { suite, cache, mirror: mirror ?? null, accelerator: accel, limitSeconds: Number(limit), write, fresh };
  } catch (cause) {
    return { wrong: (cause as Error).message };
  }
}
