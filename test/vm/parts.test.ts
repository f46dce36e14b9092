import { expect, test } from "bun:test";
import { hold, playOne, Skip } from "../../scripts/vm/guest/check.ts";
import { cgroupOf } from "../../scripts/vm/guest/facts.ts";
import { mirrorIn } from "../../scripts/vm/mirror.ts";
import { parseOptions } from "../../scripts/vm/options.ts";
import { countsOf, parseResults } from "../../scripts/vm/result.ts";

test("results of a machine that was switched off within a line are those before it", () => {
  const outcome = { name: "one", status: "passed", detail: "", seconds: 1 } as const;
  const lines = [{ outcome }, { capabilities: { place: "pod", of: { ffi: true } } }, { note: "n" }, { end: true }];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const all = parseResults(text);
  expect(all).toEqual({
    facts: null,
    outcomes: [outcome],
    capabilities: { pod: { ffi: true } },
    notes: ["n"],
    ended: true,
  });
  expect(parseResults(text.slice(0, -4))).toEqual({ ...all, ended: false });
  expect(parseResults("")).toMatchObject({ outcomes: [], ended: false });
  expect(countsOf([outcome, { ...outcome, status: "failed" }])).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test("a check passes with what it found, fails with what it held, and is skipped with the reason", async () => {
  const play = async (body: () => Promise<string>) => {
    const { status, detail } = await playOne({ name: "x", play: body });
    return [status, detail];
  };
  expect(await play(async () => "so\n many")).toEqual(["passed", "so many"]);
  expect(
    await play(async () => {
      hold(false, () => "it is 2");
      return "";
    }),
  ).toEqual(["failed", "it is 2"]);
  expect(await play(() => Promise.reject(new Skip("no podman")))).toEqual(["skipped", "no podman"]);
});

test("the mirror is the one of the machine's own release, and no other source's", () => {
  const targets = "http://a.example/other/ stable main\nhttp://b.example/debian/ bookworm main\n";
  expect(mirrorIn(targets, "bookworm")).toBe("http://b.example/debian/");
  expect(mirrorIn(targets, "trixie")).toBeNull();
  expect(mirrorIn("http://b.example/debian/ bookworm contrib\n", "bookworm")).toBeNull();
});

test.each([
  ["30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "pure v2"],
  [
    "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n31 24 0:27 / /x rw - cgroup cgroup rw,pids\n",
    "hybrid",
  ],
  ["31 24 0:27 / /x rw - cgroup cgroup rw,pids\n", "v1"],
  ["31 24 0:27 / /x rw - tmpfs tmpfs rw\n", "none"],
])("cgroups of %j are %s", (mountinfo, expected) => {
  expect(cgroupOf(mountinfo)).toBe(expected);
});

test("options have defaults, and what is wrong with them is said", () => {
  expect(parseOptions([])).toMatchObject({ suite: "trixie", accelerator: "auto", limitSeconds: 360, write: false });
  expect(parseOptions(["--help"])).toBe("help");
  expect(parseOptions(["--suite", "../etc"])).toEqual({
    wrong: "--suite: expected the name of a release, found ../etc",
  });
  expect(parseOptions(["--limit", "0"])).toEqual({ wrong: "--limit: expected 1 to 9999 seconds, found 0" });
  expect(parseOptions(["--accel", "hvf"])).toEqual({ wrong: "--accel: expected auto, kvm or tcg, found hvf" });
  expect(parseOptions(["--no-such"])).toHaveProperty("wrong");
});
