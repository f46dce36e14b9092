import { expect, test } from "bun:test";
import { diagnose } from "#policy/doctor.ts";
import { receiver, wellInotify, wellSymptoms } from "../support/findings.ts";

const well = wellSymptoms();

test("diagnose() finds nothing where nothing is wrong", () => {
  expect(diagnose(well)).toEqual([]);
});

test("diagnose() tells the gravest first", () => {
  const [look] = well.examination.mains;
  if (!look) throw new Error("there is no main process");
  const { main } = look;
  const found = diagnose({
    ...well,
    watch: { mechanism: "timer", watched: 9, swept: 3 },
    examination: {
      ...well.examination,
      mains: [{ main, receiver: receiver({ ignored: ["SIGTERM"] }), children: [] }],
      inotify: { ...wellInotify, refusal: "the kernel refuses" },
    },
  });
  expect(found.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
    "error sigterm-ignored",
    "warning processes-swept",
    "info inotify-exhausted",
    "info exits-polled",
  ]);
});
