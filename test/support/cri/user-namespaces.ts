import { containerdEnv, criTestsCanRun, program } from "./ground.ts";

interface Features {
  readonly linux?: { readonly mountExtensions?: { readonly idmap?: { readonly enabled?: boolean } } };
}

/** Why pods cannot have user namespaces of their own here; null where they can. */
export function userNamespacesProblem(): string | null {
  const { ok, reason } = criTestsCanRun();
  if (!ok) return reason;
  const runc = program("runc");
  const asked = Bun.spawnSync([runc, "features"], { env: containerdEnv });
  const { linux }: Features = asked.exitCode === 0 ? JSON.parse(asked.stdout.toString()) : {};
  if (linux?.mountExtensions?.idmap?.enabled !== true)
    return `${versionOf(runc)} cannot map the users of a mount, as 1.2 can`;
  const containerd = versionOf(program("containerd"));
  // 1.7 has the fields for it in its CRI, and answers "idmap mounts not yet supported".
  const major = Number(/ v?(\d+)\.\d+\.\d+/.exec(containerd)?.[1]);
  return major >= 2 ? null : `${containerd} cannot map the users of a volume, as 2.0 can`;
}

const versionOf = (path: string) =>
  Bun.spawnSync([path, "--version"], { env: containerdEnv }).stdout.toString().split("\n")[0]?.trim() ?? path;
