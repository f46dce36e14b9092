import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { readContent } from "#daemon/content/read.ts";
import type { SharedInotify } from "#daemon/content/shared-inotify.ts";
import { libc } from "#kernel/libc.ts";
import { writeAtomically } from "../../support/atomic-writer.ts";
import { contentFolder, countedWatch, relink, replace } from "../../support/content-folder.ts";
import { eventually } from "../../support/poll.ts";
import { endWatchers, watcher } from "../../support/watching-process.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
afterEach(endWatchers);
const { path, write } = folder;
const isRoot = process.getuid?.() === 0;

const namespaceProblem = (() => {
  const { exitCode, stderr } = Bun.spawnSync(
    ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 5 > /proc/sys/user/max_inotify_watches"],
    { stderr: "pipe" },
  );
  return exitCode === 0 ? null : `no user namespace with limits of its own: ${stderr.toString().trim()}`;
})();

/** By proc_pid_fdinfo(5), which has a line for each. */
function watchesOf(pid: number): number {
  const texts = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"));
  return texts
    .join("\n")
    .split("\n")
    .filter((line) => line.startsWith("inotify wd:")).length;
}

const inNamespace = (limits: string) => [
  "unshare",
  "--user",
  "--map-root-user",
  "sh",
  "-c",
  `${limits}; exec "$0" "$@"`,
];
const limit = (name: string, value: number) => `echo ${value} > /proc/sys/user/${name}`;

describe.skipIf(libc === null || namespaceProblem !== null)(
  `the kernel refuses${namespaceProblem ? ` (${namespaceProblem})` : ""}`,
  () => {
    test("watches: it is said, looked at instead, and tried again until there are some", async () => {
      write("full/a", "1");
      for (let index = 0; index < 20; index++) mkdirSync(path(`full/${index}`));
      const { pid, says, set } = watcher(inNamespace(limit("max_inotify_watches", 10)), [path("full")]);
      await says(
        /"mechanism":"poll","problem":"Cannot watch \/.* by inotify: this user has no inotify watch left \(ENOSPC\).*fs\.inotify\.max_user_watches.*every 0\.1 s/,
      );
      write("full/a", "other");
      const { hash } = (await readContent([path("full")])).content;
      await says(new RegExp(`"poll".*"hash":"${hash}"`));
      // What there was is left to others: the kubelet of a node may be of the same user.
      await eventually("no watch", () => watchesOf(pid) === 0);
      set(1_000);
      await says(/"mechanism":"inotify","problem":null/);
      // The way there, 21 directories and a little more.
      expect(watchesOf(pid)).toBeGreaterThan(21);
      write("full/a", "again");
      const again = (await readContent([path("full")])).content.hash;
      await says(new RegExp(`"inotify".*"hash":"${again}"`));
    });

    test("instances", async () => {
      write("instances/a", "1");
      const { says } = watcher(inNamespace(limit("max_inotify_instances", 0)), [path("instances")]);
      await says(
        /"mechanism":"poll","problem":"Cannot watch by inotify: this user has no inotify instance left \(EMFILE\).*fs\.inotify\.max_user_instances/,
      );
    });
  },
);

test("without FFI the paths are looked at", async () => {
  write("plain/a", "1");
  const { says } = watcher([], [path("plain")], { BUN_JSC_useJIT: "0" });
  await says(/"mechanism":"poll","problem":"Cannot watch by inotify: this runtime has no FFI/);
  write("plain/a", "2");
  const { hash } = (await readContent([path("plain")])).content;
  await says(new RegExp(`"poll".*"opened":0.*"hash":"${hash}"`));
});

describe.skipIf(!isRoot)("what this user may not read", () => {
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  test("a file is told, and its changes are seen", async () => {
    chmodSync(path(), 0o755);
    write("secret/a", "1");
    chmodSync(path("secret"), 0o755);
    chmodSync(path("secret/a"), 0o600);
    const { says } = watcher(nobody, [path("secret")]);
    const before = await says(/"inotify".*Cannot read .*secret\/a: UID 65534 may not\./);
    write("secret/a", "22");
    await says(new RegExp(`^(?!.*${JSON.parse(before).content.hash}).*UID 65534 may not`));
    chmodSync(path("secret/a"), 0o644);
    // Permissions alone are no change, so it takes the next one.
    write("secret/b", "");
    await says(/"content":\{"hash":"[0-9a-f]+","problem":null/);
  });

  test("a directory is told, and looked at until it may be read", async () => {
    write("closed/a", "1");
    chmodSync(path("closed"), 0o700);
    const { says } = watcher(nobody, [path("closed")]);
    await says(/"poll","problem":"Cannot watch .*closed by inotify: this user may not read it/);
    chmodSync(path("closed"), 0o755);
    await says(/"mechanism":"inotify","problem":null/);
  });
});

describe("looking instead of hearing", () => {
  const refuse = (): SharedInotify => {
    const full = { kind: "full", detail: "none are left" } as const;
    return { add: () => full, drop() {}, drain() {}, leave() {} };
  };

  test.each([
    ["written in place", () => appendFileSync(path("poll/conf/a"), "x")],
    ["replaced by one of the same size", () => replace(path("poll/conf/a"), path("poll/tmp"))],
    ["a new file deeper", () => write("poll/conf/sub/deep", "")],
    ["a link that leads elsewhere", () => relink(path("poll/link"), "next")],
    ["a path that was not there", () => writeFileSync(path("poll/missing"), "")],
    ["a swap", () => writeAtomically(path("poll/volume"), { key: "2" })],
  ])("notices %s, once", async (_, change) => {
    folder.remove();
    for (const name of ["conf/a", "conf/sub/b", "next/a"]) write(`poll/${name}`, name);
    symlinkSync("conf", path("poll/link"));
    mkdirSync(path("poll/volume"));
    writeAtomically(path("poll/volume"), { key: "1" });
    const paths = ["conf", "link", "missing", "volume"].map((name) => path(`poll/${name}`));
    const watch = countedWatch(paths, { pollMs: 30, retryMs: 60_000, share: refuse });
    expect(watch.mechanism()).toBe("poll");
    expect(watch.problem()).toContain("none are left");
    await watch.noticed("the change", change);
    expect(watch.notices()).toBeLessThanOrEqual(2);
    expect(await watch.unnoticed(() => {})).toBe(0);
    watch.stop();
  });
});
