import { program } from "../agent.ts";
import { type Check, hold, Skip } from "../check.ts";
import { image, prepareImage } from "../container-image.ts";
import { attempt, type Finished, run, until } from "../tools.ts";

const mounted = `--volume=${program}:/sexton:ro`;

/** sexton as pid 1 of a container, in front of a shell. */
async function container(runtime: string, name: string, options: readonly string[], script: string): Promise<Finished> {
  await prepareImage();
  if (Bun.which(runtime) === null) throw new Skip(`no ${runtime}`);
  const init = [image, "/sexton", "init", ...options, "--", "/bin/sh", "-c", script];
  return attempt(["podman", "--runtime", runtime, "run", "--network=none", `--name=${name}`, mounted, ...init]);
}

/** Who has it and has not been collected; the shell that looks is none. */
const zombies =
  "cat /proc/[0-9]*/stat 2>/dev/null | while read -r pid name state rest; do [ $state = Z ] && echo $name; done";

export const initChecks: readonly Check[] = ["crun", "runc"].flatMap((runtime): Check[] => [
  {
    name: `sexton init is pid 1 of a container (podman, ${runtime}): it collects orphans, and exits as its command does`,
    async play() {
      const name = `init-${runtime}`;
      const script = `for i in 1 2 3; do (sleep 0.5 &) ; done; sleep 2; cat /proc/1/comm; ${zombies}; exit 7`;
      try {
        const { code, out, err } = await container(runtime, name, [], script);
        hold(code === 7, () => `exit code ${code}: ${err || out}`);
        hold(out.trim() === "sexton", () => `pid 1 and the zombies are ${out}`);
        return "pid 1 is sexton, 3 orphans collected, exit code 7";
      } finally {
        await attempt(["podman", "rm", "-f", "-t", "0", name]);
      }
    },
  },
  {
    name: `podman stop ends a command behind sexton init with its own code (${runtime})`,
    async play() {
      const name = `stop-${runtime}`;
      const script = "trap 'exit 3' TERM; echo up; while :; do sleep 0.2; done";
      try {
        const ending = container(runtime, name, ["--no-api"], script);
        await until("the command", async () => (await attempt(["podman", "logs", name])).out.includes("up"));
        const startedAt = performance.now();
        await run("podman", "stop", "-t", "30", name);
        const { code } = await ending;
        hold(code === 3, () => `exit code ${code}`);
        return `SIGTERM forwarded, exit code 3 after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      } finally {
        await attempt(["podman", "rm", "-f", "-t", "0", name]);
      }
    },
  },
]);
