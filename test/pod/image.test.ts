import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { run } from "../support/pod/command.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { podman } from "../support/pod/ground.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { listProcesses } from "../support/pod/sexton.ts";
import { sextonImage } from "../support/pod/sexton-image.ts";

// No runAsUser: the user is the image's own. The rest is the strictest that a pod can ask for, and there is no volume.
const pod = usePod("image", async () => ({
  containers: [
    await actorContainer("app", "reloads"),
    {
      name: "sexton",
      image: await sextonImage(),
      env: [{ name: "SEXTON_PROBES", value: "0.0.0.0:9098" }],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    },
  ],
}));

/** /proc/<pid>/status of the sidecar as the host sees it, field by field. */
async function sextonStatus(): Promise<ReadonlyMap<string, string>> {
  const { pid } = await pod().container("sexton");
  const lines = readFileSync(`/proc/${pid}/status`, "utf8").trim().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
}

podTest("the image runs as a user that is not root, without capabilities and without new privileges", async () => {
  const status = await sextonStatus();
  expect(status.get("Uid")?.split("\t")).toEqual(Array(4).fill("65532"));
  expect(status.get("Gid")?.split("\t")).toEqual(Array(4).fill("65532"));
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(status.get(set)).toBe("0".repeat(16));
  expect(status.get("NoNewPrivs")).toBe("1");
});

podTest("the image works with a read-only root and without /tmp", async () => {
  const { pid } = await pod().container("sexton");
  const root = readFileSync(`/proc/${pid}/mountinfo`, "utf8").match(/^\S+ \S+ \S+ \/ \/ (\S+)/m);
  expect(root?.[1]?.split(",")).toContain("ro");
  expect((await pod().exec("sexton", "/sexton", "version")).stdout).toContain(packageJson.version);
  const names = (await listProcesses(pod())).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["reloads", "sexton"]));
});

podTest("the image holds the binary, the loader and libraries, and nothing else", async () => {
  const image = await sextonImage();
  const root = (await podman("image", "mount", image)).trim();
  try {
    const files = (await run(["find", root, "-type", "f", "-printf", "/%P\n"])).trim().split("\n").sort();
    expect(files).toContain("/sexton");
    const others = files.filter((path) => path !== "/sexton");
    for (const path of others)
      expect(path).toMatch(/^\/lib(64)?\/([^/]+-linux-gnu\/)?(ld-linux-[^/]+|lib[^/]+)\.so\.\d$/);
    expect(others.length).toBeLessThan(10);
  } finally {
    await podman("image", "unmount", image);
  }
});

podTest("the image says what it is", async () => {
  const format = "{{json .Config}}";
  const config = JSON.parse(await podman("image", "inspect", "--format", format, await sextonImage()));
  expect(config.User).toBe("65532:65532");
  expect(config.Entrypoint).toEqual(["/sexton"]);
  const dockerfile = readFileSync(join(import.meta.dir, "../../Dockerfile"), "utf8");
  const settings = dockerfile.slice(dockerfile.indexOf("ENV BUN_JSC")).match(/\bBUN_JSC_\w+=\d+/g) ?? ["none"];
  expect(config.Env).toEqual(expect.arrayContaining(settings));
  expect(config.Labels["org.opencontainers.image.version"]).toBe(packageJson.version);
  expect(config.Labels["org.opencontainers.image.licenses"]).toBe(packageJson.license);
});

test("the Dockerfile's own builder image has the pinned Bun", () => {
  const dockerfile = readFileSync(join(import.meta.dir, "../../Dockerfile"), "utf8");
  expect(dockerfile).toContain(`ARG BUILDER=oven/bun:${packageJson.devDependencies.bun}-debian\n`);
});

podTest("the probes answer on the pod's address, where the API does not", async () => {
  // What the kubelet calls: an address of the pod that is not its loopback. The pods have no network, so lo lends one.
  const address = "198.18.0.1";
  const inside = ["nsenter", `--net=/proc/${pod().pausePid}/ns/net`];
  await run([...inside, "ip", "address", "add", `${address}/32`, "dev", "lo"]);
  for (const path of ["/livez", "/readyz", "/startupz"]) {
    expect((await pod().api(`http://${address}:9098${path}`)).status).toBe(200);
  }
  expect((await pod().api(`http://${address}:9098/processes`)).status).not.toBe(200);
  expect((await pod().api(`http://${address}:9098/signal/reload`, { method: "POST" })).status).not.toBe(200);
  await expect(pod().api(`http://${address}:9099/processes`)).rejects.toThrow("connect");
});
