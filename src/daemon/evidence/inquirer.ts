import { type Asked, createInquiry, type Inquiry, type InquiryMeans } from "#daemon/evidence/inquiry.ts";
import type { OldWorkers } from "#daemon/evidence/old-workers.ts";
import type { Target } from "#policy/target.ts";

export interface InquirerMeans extends InquiryMeans {
  /** How often the files of a target have been opened by others than sexton, where a watch looks after them. */
  readonly opensOf: (target: string) => (() => number) | null;
  readonly oldWorkers: OldWorkers;
}

/** Prepares what looks for the proof of a reload, by what is known of the target and what the caller knows. */
export function createInquirer(
  means: InquirerMeans,
): (target: Target, asked: Asked | null) => Inquiry | Promise<Inquiry> {
  return ({ name, process, profile }, asked) => {
    const opened = asked?.opened ?? means.opensOf(name);
    const inquiry = createInquiry(means, process, profile?.proof ?? null, { http: null, ...asked, opened });
    const kept: Inquiry = {
      ...inquiry,
      end() {
        inquiry.end();
        means.oldWorkers.left(process, inquiry.oldWorkers());
      },
    };
    const preparing = inquiry.prepare();
    return preparing === null ? kept : preparing.then(() => kept);
  };
}
