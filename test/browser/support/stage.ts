import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, startAgent } from "../../support/binary.ts";
import { type ContainerCgroup, cgroupProblem, createContainerCgroup } from "../../support/cgroups.ts";
import { freePort } from "../../support/free-port.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../../support/namespace.ts";
import { eventually } from "../../support/poll.ts";
import { childrenOf, isListening } from "../../support/servers.ts";

/** Why there can be no stage here; null where there can. */
export const stageProblem: string | null =
  namespaceProblem ??
  cgroupProblem ??
  (Bun.which("nginx", { PATH: "/usr/sbin:/usr/bin" }) ? null : "nginx is not installed");

/** A pod as far as sexton can tell: real nginx in one container, in another a program that neglects its children. */
export interface Stage {
  readonly folder: string;
  readonly web: { readonly port: number; says(): Promise<string>; write(says: string): void };
  /** Ends with the stage, or by `end`. */
  agent(options?: { readonly args?: readonly string[]; readonly config?: string }): Promise<StagedAgent>;
  /** A program in a container of this name. */
  run(container: string, command: readonly string[]): Bun.Subprocess<"ignore", "pipe", "inherit">;
  close(): Promise<void>;
}

export interface StagedAgent extends Agent {
  /** What it was started by is not itself, and passes no signals on. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const podUid = "6f1d0c3a-2b44-4a6e-9a57-0d1b7c9e2f10";

/** `hostile`: with a process that does what it can to mislead whoever looks. */
export async function createStage({ hostile = true } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-stage-"));
  const namespace = await createNamespace();
  const containers = createContainers(folder, namespace);
  const port = freePort();
  const write = (says: string) => {
    mkdirSync(join(folder, "conf"), { recursive: true });
    writeFileSync(join(folder, "conf", "nginx.conf"), nginxConfig(folder, port, says));
  };
  write("one");
  const { run } = containers;
  run("nginx", ["nginx", "-e", `${folder}/error.txt`, "-c", `${folder}/conf/nginx.conf`]);
  await startWorker(run, hostile ? folder : null);
  await eventually("nginx to listen", () => isListening(port));
  const config = join(folder, "sexton.yaml");
  return {
    folder,
    web: { port, write, says: async () => (await fetch(`http://127.0.0.1:${port}/`)).text() },
    run,
    async agent({ args = [], config: text = "" } = {}) {
      const paths = JSON.stringify([join(folder, "conf")]);
      const watch = `watch: [{ name: nginx-conf, paths: ${paths}, target: web, settle: 100ms }]`;
      writeFileSync(config, `targets: { web: { container: nginx } }\n${watch}\n${text}\n`);
      const agent = await startAgent({ wrapper: containers.wrapper("sexton"), args: ["--config", config, ...args] });
      const end = async (signal: NodeJS.Signals) => {
        for (const pid of childrenOf(agent.pid)) process.kill(pid, signal);
        await agent.exited;
      };
      return { ...agent, end };
    },
    async close() {
      await namespace.close();
      await containers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What would run in a page that made HTML of a name, and would turn what follows around: comm is 15 bytes of it. */
const hostileName = "<img src=x>\u202e";
export const hostileArgument = "<img src=x onerror=alert(1)>\u202egnp.exe\u0007";

/** A shell that waits for its child, which starts children and waits for none: three of them are zombies, one lives. */
async function startWorker(run: Stage["run"], folder: string | null): Promise<void> {
  const negligent = "sh -c 'exit 7' & sh -c 'exit 0' & sh -c 'kill -9 $$' & sleep 1000 & exec sleep 2000";
  if (folder === null) return void run("worker", ["sh", "-c", `sh -c "$1" & wait; sleep 4000`, "sh", negligent]);
  const hostile = join(folder, hostileName);
  symlinkSync("/bin/bash", hostile);
  const script = `sh -c "$1" & "$2" -c 'sleep 3000; true' "$3" & wait; sleep 4000`;
  run("worker", ["sh", "-c", script, "sh", negligent, hostile, hostileArgument]);
}

/** What a runtime and the kubelet do: a cgroup named by the id, and the mount that tells the name. */
function createContainers(folder: string, namespace: Namespace) {
  const cgroups = new Map<string, ContainerCgroup>();
  const wrapper = (name: string): string[] => {
    const cgroup = cgroups.get(name) ?? createContainerCgroup(name);
    cgroups.set(name, cgroup);
    const place = join(folder, "pods", podUid, "containers", name);
    mkdirSync(place, { recursive: true });
    const log = join(place, "0a1b2c3d");
    const mounted = join(folder, "termination-log");
    writeFileSync(log, "");
    writeFileSync(mounted, "");
    const script = `mount --bind ${log} ${mounted} && exec "$@"`;
    return [...namespace.enter, ...cgroup.enter, "unshare", "--mount", "sh", "-c", script, "sh"];
  };
  return {
    wrapper,
    run: (name: string, command: readonly string[]) =>
      Bun.spawn([...wrapper(name), ...command], {
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
      }),
    close: async () => {
      for (const cgroup of cgroups.values()) await cgroup.close();
    },
  };
}

function nginxConfig(folder: string, port: number, says: string): string {
  return `user root; worker_processes 2; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.txt;
events { worker_connections 64; }
http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; location / { return 200 "${says}"; } } }\n`;
}
