import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, run } from "./command.ts";

/**
 * Where podman keeps everything these tests make it keep. It outlives the run, because an image that is already
 * there makes the next run start in a second; it is named after its owner, and nothing else on the host is touched.
 */
export const groundFolder = join(tmpdir(), `sexton-pods-${process.getuid?.() ?? "any"}`);

const programs = [
  "podman",
  "buildah",
  "crun",
  "conmon",
  "nginx",
  "nsenter",
  "unshare",
  "ip",
  "curl",
  "cc",
  "tar",
  "ldd",
];
// podman makes its pause image out of catatonit, which Debian keeps off the PATH.
export const catatonit = ["/usr/libexec/podman/catatonit", "/usr/libexec/catatonit/catatonit", "/usr/bin/catatonit"];

/** Whether this machine can run pods at all, and if not, what it lacks. */
export function podTestsCanRun(): { readonly ok: boolean; readonly reason: string } {
  const lacks = (reason: string) => ({ ok: false, reason });
  if (process.platform !== "linux") return lacks(`pods need Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0) return lacks("pods with chosen UIDs need root");
  const missing = programs.filter((name) => Bun.which(name, { PATH: searchPath }) === null);
  if (!catatonit.some((path) => existsSync(path))) missing.push("catatonit");
  if (missing.length > 0) return lacks(`not installed: ${missing.join(", ")} (see .ci/run for the packages)`);
  // Root in a container of its own is often a root that may not do this, and then podman may not either.
  const { exitCode } = Bun.spawnSync(["unshare", "--mount", "--pid", "--net", "--fork", "true"]);
  if (exitCode !== 0) return lacks("namespaces cannot be made here");
  return { ok: true, reason: "" };
}

// nginx and ip are in sbin, which is not on everyone's PATH.
const searchPath = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** The environment in which podman and buildah see the test ground and not the machine's own containers. */
export const groundEnv = {
  ...process.env,
  PATH: searchPath,
  CONTAINERS_CONF: join(groundFolder, "containers.conf"),
  CONTAINERS_STORAGE_CONF: join(groundFolder, "storage.conf"),
};

// conmon stays where podman was started, and leaves an empty file "oom" there for a container that the kernel has killed.
const asThere = { env: groundEnv, cwd: groundFolder };
export const podman = (...args: readonly string[]): Promise<string> => run(["podman", ...args], asThere);
export const tryPodman = (...args: readonly string[]) => attempt(["podman", ...args], asThere);

let prepared: Promise<void> | undefined;

/** Makes the test ground ready, once per process. */
export function prepareGround(): Promise<void> {
  prepared ??= lay();
  return prepared;
}

async function lay(): Promise<void> {
  mkdirSync(groundFolder, { recursive: true, mode: 0o700 });
  // /tmp is everyone's: a folder that somebody else put there first must not become root's image store.
  const found = lstatSync(groundFolder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`Cannot use ${groundFolder}: it is not a folder of this user`);
  }
  // Container users walk through it to their mounts.
  chmodSync(groundFolder, 0o711);
  for (const name of ["root", "run", "tmp", "pods"]) mkdirSync(join(groundFolder, name), { recursive: true });
  writeFileSync(groundEnv.CONTAINERS_STORAGE_CONF, storageConf);
  writeFileSync(groundEnv.CONTAINERS_CONF, containersConf);
  await freeUnifiedHierarchy();
}

// skip_mount_home: otherwise the driver bind-mounts its own folder and leaves that mount behind.
const storageConf = `[storage]
driver = "overlay"
graphroot = "${join(groundFolder, "root")}"
runroot = "${join(groundFolder, "run")}"
[storage.options.overlay]
skip_mount_home = "true"
`;

// default_ulimits: the built-in ones are above the hard limits of a root without CAP_SYS_RESOURCE.
const containersConf = `[containers]
default_ulimits = ["nofile=10000:10000", "nproc=10000:10000"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "crun"
tmp_dir = "${join(groundFolder, "tmp")}"
`;

/** crun refuses hybrid cgroups while a controller sits on the v2 side; hugetlb is the one that gets left there. */
async function freeUnifiedHierarchy(): Promise<void> {
  const controllers = "/sys/fs/cgroup/unified/cgroup.controllers";
  if (!existsSync(controllers) || !readFileSync(controllers, "utf8").includes("hugetlb")) return;
  const v1 = "/sys/fs/cgroup/hugetlb";
  mkdirSync(v1, { recursive: true });
  await run(["mount", "-t", "cgroup", "-o", "hugetlb", "cgroup", v1]);
}
