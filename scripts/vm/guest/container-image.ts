import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Skip } from "./check.ts";
import { attempt, run } from "./tools.ts";

export const image = "localhost/play:1";

let made: Promise<void> | undefined;

/** An image of busybox and the libraries that sexton needs; itself it is mounted, since copies cost an emulated machine. */
export function prepareImage(): Promise<void> {
  made ??= make();
  return made;
}

async function make(): Promise<void> {
  if (Bun.which("podman") === null) throw new Skip("no podman");
  const root = mkdtempSync("/var/tmp/play-");
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
    chmodSync(join(root, to), 0o755);
  };
  put("/bin/busybox", "/bin/busybox");
  for (const name of ["sh", "sleep", "true", "tail", "cat"]) symlinkSync("busybox", join(root, "bin", name));
  writeFileSync(join(root, "sexton"), "");
  for (const [, path = ""] of (await run("ldd", "/vm/sexton")).matchAll(/(\/\S+) \(0x/g)) put(path, path);
  for (const name of ["etc", "tmp", "proc", "sys", "dev"]) mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n");
  await run("tar", "--owner=0", "--group=0", "-C", root, "-cf", `${root}.tar`, ".");
  await run("podman", "import", "--quiet", "--change", "ENV PATH=/bin", `${root}.tar`, image);
}

export async function runtimesHere(): Promise<string[]> {
  const found = await Promise.all(["crun", "runc"].map((name) => attempt([name, "--version"]).catch(() => null)));
  return ["crun", "runc"].filter((_, index) => found[index]?.code === 0);
}
