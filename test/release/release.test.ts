import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json";
import { sha256 } from "../../scripts/release/checksums.ts";
import { type Target, targets } from "../../scripts/release/targets.ts";
import { cleanEnv, startAgent } from "../support/binary.ts";
import { attempt, run } from "../support/pod/command.ts";
import { podman, prepareGround, tryPodman } from "../support/pod/ground.ts";
import { podTest } from "../support/pod/harness.ts";
import { eventually } from "../support/poll.ts";
import { readElf } from "../support/release/elf.ts";
import { describeRelease, facts, type Made, makeRelease } from "../support/release/made.ts";
import { type Image, readImages } from "../support/release/oci.ts";
import { standInLibstdcxx } from "../support/release/stand-in-libstdcxx.ts";

const { version } = packageJson;
const archive = `sexton-${version}-image.oci.tar`;
/** Milliseconds: an emulated binary on a busy machine. */
const patience = 60_000;
const isGlibc = ({ libc }: Target) => libc === "glibc";

describeRelease("a release", () => {
  let made: Made;
  let scratch: string;
  let images: Image[];

  beforeAll(async () => {
    made = await makeRelease();
    scratch = mkdtempSync(join(tmpdir(), "sexton-release-scratch-"));
    images = await readImages(join(made.folder, archive), scratch);
  }, 300_000);
  afterAll(() => {
    made?.remove();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  });

  const binaryOf = ({ name }: Target) => join(made.folder, `sexton-${version}-${name}`);
  const imageOf = ({ architecture }: Target) => {
    const found = images.find((image) => image.architecture === architecture);
    if (found === undefined) throw new Error(`no image for ${architecture}`);
    return found;
  };
  /** How this machine runs the binary of a system. */
  const how = async (target: Target): Promise<{ wrapper: string[]; env: Record<string, string> }> => ({
    // The prefix is the image's root: what it lacks is missing here too.
    wrapper: target.architecture === "arm64" ? ["qemu-aarch64-static", "-L", imageOf(target).rootfs] : [],
    env: target.libc === "musl" ? { LD_LIBRARY_PATH: await standInLibstdcxx(scratch) } : {},
  });
  const runOf = async (target: Target, ...args: readonly string[]) => {
    const { wrapper, env } = await how(target);
    return attempt([...wrapper, binaryOf(target), ...args], { env: { ...cleanEnv, ...env } });
  };

  test("has a binary and a bill of materials for each system, an image, and checksums that match", async () => {
    const binaries = targets.map(({ name }) => `sexton-${version}-${name}`);
    const bills = [...binaries, `sexton-${version}-image`].map((name) => `${name}.cdx.json`);
    const licenses = `sexton-${version}-licenses.txt`;
    expect(readdirSync(made.folder).sort()).toEqual(["SHA256SUMS", archive, licenses, ...binaries, ...bills].sort());
    const said = await run(["sha256sum", "--check", "--strict", "SHA256SUMS"], { cwd: made.folder });
    expect(said.trim().split("\n")).toHaveLength(2 + binaries.length + bills.length);
  });

  test.each(targets.map((target) => [target.name, target] as const))(
    "%s asks no more of a system than it says",
    async (_, target) => {
      const elf = await readElf(binaryOf(target));
      expect(elf.machine).toContain({ amd64: "X86-64", arm64: "AArch64" }[target.architecture]);
      expect(elf.loader).toBe(target.loader);
      const besides = elf.libraries.filter((name) => !target.loader.endsWith(`/${name}`));
      expect(besides.sort()).toEqual([...target.libraries].sort());
      expect(elf.glibc).toEqual(isGlibc(target) ? [2, 17] : null);
      expect(statSync(binaryOf(target)).mode & 0o777).toBe(0o755);
    },
  );

  // arm64 with musl needs a musl and a libstdc++ of that architecture; the loader and libraries are looked at above.
  const runnable = targets
    .filter(({ name }) => name !== "linux-arm64-musl")
    .map((target) => [target.name, target] as const);

  test.each(runnable)(
    "%s says what it is, and prints its API",
    async (name, target) => {
      const said = JSON.parse((await runOf(target, "version", "--json")).stdout);
      const platform = `linux/${target.architecture === "amd64" ? "x64" : "arm64"}`;
      const bun = packageJson.devDependencies.bun;
      expect(said).toEqual({ version, revision: facts.revision, target: name, bun, platform });
      expect(JSON.parse((await runOf(target, "openapi")).stdout).info.version).toBe(version);
    },
    120_000,
  );

  test.each(runnable)(
    "%s lists processes, signals one and hears of its end",
    async (_, target) => {
      const { wrapper, env } = await how(target);
      const agent = await startAgent({ program: binaryOf(target), wrapper, env, startMs: patience });
      const app = Bun.spawn(["sleep", "300"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
      try {
        await eventually("sexton to be ready", async () => (await agent.fetch("/readyz")).ok || undefined, patience);
        const found = await eventually("sexton to know the app", async () => {
          const answer = await agent.fetch(`/processes/${app.pid}`);
          return answer.ok ? ((await answer.json()) as Record<string, unknown>) : undefined;
        });
        expect(found["args"]).toEqual(["sleep", "300"]);
        const answer = await agent.post(`/processes/${app.pid}/signal?wait=5s`, { body: "TERM" });
        expect(await answer.json()).toMatchObject({ sent: true, outcome: { status: "exited" } });
        await app.exited;
        expect(app.signalCode).toBe("SIGTERM");
      } finally {
        app.kill("SIGKILL");
        expect(await agent.stop()).toBe(0);
      }
    },
    120_000,
  );

  test.each(runnable)(
    "%s is an init: it forwards a signal and ends as its command",
    async (_, target) => {
      const { wrapper, env } = await how(target);
      const shell = "trap 'exit 9' USR1; kill -USR1 1; while :; do sleep 0.1; done";
      const inNamespace = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];
      const { exitCode } = await attempt(
        [...inNamespace, ...wrapper, binaryOf(target), "init", "--no-api", "--", "sh", "-c", shell],
        { env: { ...cleanEnv, ...env } },
      );
      expect(exitCode).toBe(9);
    },
    120_000,
  );

  test("the image is there for both architectures, of the released binaries, and nothing else is in it", async () => {
    const glibc = targets.filter(isGlibc);
    expect(images.map(({ architecture }) => architecture).sort()).toEqual(glibc.map((one) => one.architecture).sort());
    for (const target of glibc) {
      const { rootfs } = imageOf(target);
      const files = (await run(["find", rootfs, "-type", "f", "-printf", "/%P\n"])).trim().split("\n");
      const libraries = files.filter((path) => path !== "/sexton" && path !== target.loader);
      expect(libraries.map((path) => path.slice(path.lastIndexOf("/") + 1)).sort()).toEqual(
        [...target.libraries].sort(),
      );
      expect(sha256(join(rootfs, "sexton"))).toBe(sha256(binaryOf(target)));
      expect((await readElf(join(rootfs, target.loader))).machine).toBe((await readElf(binaryOf(target))).machine);
      expect(readdirSync(rootfs)).not.toContain("tmp");
    }
  });

  test("the image says what it is, for each architecture", () => {
    for (const { config } of images) {
      expect(config["os"]).toBe("linux");
      expect(config["created"]).toBe("2026-09-21T14:13:20Z");
      expect(config["config"].User).toBe("65532:65532");
      expect(config["config"].Entrypoint).toEqual(["/sexton"]);
      expect(config["config"].Labels).toMatchObject({
        "org.opencontainers.image.title": "sexton",
        "org.opencontainers.image.description": packageJson.description,
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.licenses": packageJson.license,
        "org.opencontainers.image.revision": facts.revision,
        "org.opencontainers.image.created": "2026-09-21T14:13:20Z",
        "org.opencontainers.image.source": facts.source,
      });
    }
  });

  test("each bill of materials names the file that it is of, by its hash", () => {
    for (const target of targets) {
      const bill = JSON.parse(readFileSync(`${binaryOf(target)}.cdx.json`, "utf8"));
      expect(bill.metadata.component).toMatchObject({ name: "sexton", version });
      expect(bill.metadata.component.hashes).toEqual([{ alg: "SHA-256", content: sha256(binaryOf(target)) }]);
      const purls = bill.components.map(({ purl }: { purl?: string }) => purl);
      expect(purls).toContain(`pkg:npm/${target.runtime.replace("@", "%40")}@${packageJson.devDependencies.bun}`);
    }
    const image = JSON.parse(readFileSync(join(made.folder, `sexton-${version}-image.cdx.json`), "utf8"));
    const debian = image.components
      .map(({ purl }: { purl: string }) => purl)
      .filter((purl: string) => purl.startsWith("pkg:deb/"));
    expect(debian.sort()).toEqual([
      expect.stringMatching(/^pkg:deb\/debian\/libc6@[^?]+\?arch=amd64$/),
      expect.stringMatching(/^pkg:deb\/debian\/libc6@[^?]+\?arch=arm64$/),
    ]);
  });

  podTest("the archive is loaded by podman, and the quick start works", async () => {
    await prepareGround();
    const loaded = /Loaded image: (\S+)/.exec(
      await podman("load", "--quiet", "--input", join(made.folder, archive)),
    )?.[1];
    expect(loaded).toBe(`localhost/sexton:${version}`);
    const name = `sexton-release-${process.pid}`;
    try {
      expect(await podman("run", "--rm", "--network=none", `${loaded}`, "--help")).toContain("Usage: sexton");
      await podman("run", "--detach", "--network=none", "--read-only", `--name=${name}`, `${loaded}`);
      const listed = await eventually("sexton to answer in its container", async () => {
        const { exitCode, stdout } = await tryPodman("exec", name, "/sexton", "ps");
        return exitCode === 0 ? stdout : undefined;
      });
      expect(listed).toContain("sexton");
      await podman("stop", "--time=10", name);
      expect((await podman("inspect", "--format={{.State.ExitCode}}", name)).trim()).toBe("0");
    } finally {
      await tryPodman("rm", "--force", "--time=0", name);
      await tryPodman("rmi", `${loaded}`);
    }
  });
});
