import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { libc } from "#kernel/libc.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { endWatchers, watcher } from "../../support/watching-process.ts";

setDefaultTimeout(60_000);
const folder = contentFolder();
afterAll(folder.remove);
afterEach(endWatchers);
const { path, write } = folder;

const mountProblem = (() => {
  const { exitCode, stderr } = Bun.spawnSync(["unshare", "--mount", "mount", "-t", "tmpfs", "none", path()], {
    stderr: "pipe",
  });
  return exitCode === 0 ? null : `cannot mount: ${stderr.toString().trim()}`;
})();

describe.skipIf(libc === null || mountProblem !== null)(`mounts${mountProblem ? ` (${mountProblem})` : ""}`, () => {
  test("one that is taken away is noticed, and what was beneath it is watched", async () => {
    write("dir/a", "beneath");
    const inside = ["unshare", "--mount", "sh", "-c", `mount -t tmpfs none ${path("dir")} && exec "$0" "$@"`];
    const { pid, says } = watcher(inside, [path("dir")]);
    const enter = (...command: string[]) =>
      expect(Bun.spawnSync(["nsenter", "--target", String(pid), "--mount", ...command]).exitCode).toBe(0);
    const mounted = JSON.parse(await says(/"inotify"/)).content.hash;
    enter("umount", path("dir"));
    const beneath = JSON.parse(await says(new RegExp(`^(?!.*${mounted})`))).content.hash;
    write("dir/b", "");
    await says(new RegExp(`^(?!.*(${mounted}|${beneath}))`));
  });
});
