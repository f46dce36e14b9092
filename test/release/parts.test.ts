import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json";
import { hostTarget, revision, sourceDate } from "../../scripts/identity.ts";
import { billOf } from "../../scripts/release/bills.ts";
import { sha256, writeChecksums } from "../../scripts/release/checksums.ts";
import { imageLabels, lastStage } from "../../scripts/release/images.ts";
import { fetchRuntime, lockedPackage } from "../../scripts/release/runtime.ts";
import { targets } from "../../scripts/release/targets.ts";
import { binary, runBinary } from "../support/binary.ts";
import { run } from "../support/pod/command.ts";

const top = join(import.meta.dir, "../..");
const lock = readFileSync(join(top, "bun.lock"), "utf8");
const folders: string[] = [];

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sexton-parts-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test("a release is for x64 and arm64, with glibc and with musl", () => {
  expect(targets.map(({ name }) => name).sort()).toEqual([
    "linux-arm64",
    "linux-arm64-musl",
    "linux-x64",
    "linux-x64-musl",
  ]);
});

describe("the Bun of another system", () => {
  test.each(targets.map(({ runtime }) => runtime))(
    "%s is in bun.lock, at the pinned version and with a hash",
    (runtime) => {
      const locked = lockedPackage(runtime, lock);
      expect(locked?.version).toBe(packageJson.devDependencies.bun);
      expect(locked?.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    },
  );

  test("is not mistaken for one whose name begins alike", () => {
    const musl = lockedPackage("@oven/bun-linux-x64-musl", lock);
    expect(lockedPackage("@oven/bun-linux-x64", lock)?.integrity).not.toBe(`${musl?.integrity}`);
    expect(lockedPackage("@oven/bun-linux", lock)).toBeNull();
  });

  test("is refused when bun.lock does not vouch for it, before anything is fetched", async () => {
    const refused = fetchRuntime({ runtime: "@oven/bun-plan9-x64" }, folderWith({}));
    await expect(refused).rejects.toThrow("Cannot build with @oven/bun-plan9-x64: bun.lock does not name it");
  });
});

describe("the image", () => {
  const dockerfile = readFileSync(join(top, "Dockerfile"), "utf8");

  test("of a release is the last stage of the Dockerfile, with files in the place of the stage before", () => {
    const stage = lastStage(dockerfile);
    expect(stage).toStartWith("FROM scratch\n");
    expect(stage).toContain("\nCOPY rootfs/ /\n");
    expect(stage).not.toContain("--from=");
    expect(stage).not.toContain("\nRUN ");
    expect(stage).toEndWith(dockerfile.slice(dockerfile.indexOf("ENV BUN_JSC")));
  });

  test.each([
    ["FROM scratch is gone", dockerfile.replace("\nFROM scratch\n", "\nFROM debian\n")],
    ["the files come from elsewhere", dockerfile.replace("/rootfs/ /\n", "/root/ /\n")],
  ])("is not made when %s", (_, changed) => {
    expect(() => lastStage(changed)).toThrow(
      "Cannot make the images: the Dockerfile has no stage that begins FROM scratch",
    );
  });

  test("is labelled with the commit and its time, and with a source only where one is known", () => {
    const facts = { version: "1.2.3", revision: "abc", created: 1_790_000_000, source: null };
    const prefix = "org.opencontainers.image";
    const labels = [
      [`${prefix}.revision`, "abc"],
      [`${prefix}.created`, "2026-09-21T14:13:20Z"],
    ];
    expect(imageLabels(facts)).toEqual(labels as never);
    expect(imageLabels({ ...facts, source: "https://git.example" })).toEqual([
      ...labels,
      [`${prefix}.source`, "https://git.example"],
    ] as never);
  });

  test("says the version of package.json unless it is told another", () => {
    expect(dockerfile).toContain(`\nARG VERSION=${packageJson.version}\n`);
  });
});

test("checksums are as sha256sum checks them, and one more file is seen", async () => {
  const folder = folderWith({ b: "two", a: "one" });
  writeChecksums(folder);
  writeChecksums(folder);
  const check = ["sha256sum", "--check", "--strict", "SHA256SUMS"];
  expect(await run(check, { cwd: folder })).toBe("a: OK\nb: OK\n");
  writeFileSync(join(folder, "a"), "changed");
  await expect(run(check, { cwd: folder })).rejects.toThrow("a: FAILED");
});

test("a bill of materials is of one file, by its hash, and has what came with it for its system", () => {
  const file = join(folderWith({ sexton: "binary" }), "sexton");
  const component = (name: string) => ({ type: "library", name, "bom-ref": name });
  const bundled = {
    metadata: { component: component("sexton") },
    components: [component("zod")],
    dependencies: [{ ref: "sexton", dependsOn: ["zod"] }, { ref: "zod" }],
  };
  expect(billOf(bundled, file, [component("libc6")])).toEqual({
    metadata: { component: { ...component("sexton"), hashes: [{ alg: "SHA-256", content: sha256(file) }] } },
    components: [component("zod"), component("libc6")],
    dependencies: [{ ref: "sexton", dependsOn: ["zod", "libc6"] }, { ref: "zod", dependsOn: [] }, { ref: "libc6" }],
  });
});

describe("a build", () => {
  const given = { revision: process.env["SOURCE_REVISION"], date: process.env["SOURCE_DATE_EPOCH"] };
  afterEach(() => {
    set("SOURCE_REVISION", given.revision);
    set("SOURCE_DATE_EPOCH", given.date);
  });

  test("takes the commit and its time from the environment, where they are given", () => {
    set("SOURCE_REVISION", "abc");
    set("SOURCE_DATE_EPOCH", "1790000000");
    expect(revision()).toBe("abc");
    expect(sourceDate()).toBe(1_790_000_000);
    set("SOURCE_DATE_EPOCH", "yesterday");
    expect(sourceDate()).toBeNull();
  });

  test("takes them from git else, and knows of none without it", () => {
    set("SOURCE_REVISION", undefined);
    set("SOURCE_DATE_EPOCH", undefined);
    const { exitCode } = Bun.spawnSync(["git", "-C", top, "rev-parse", "HEAD"], { stderr: "ignore" });
    if (exitCode === 0) {
      expect(revision()).toMatch(/^[0-9a-f]{40}(-dirty)?$/);
      expect(sourceDate()).toBeGreaterThan(1_700_000_000);
    } else {
      expect(revision()).toBeNull();
      expect(sourceDate()).toBeNull();
    }
  });

  test("says what it is", async () => {
    const said = JSON.parse((await runBinary(["version", "--json"])).out);
    expect(said).toMatchObject({ version: packageJson.version, target: hostTarget(), bun: Bun.version });
    if (said.revision !== null) expect(said.revision).toMatch(/^[0-9a-f]{40}(-dirty)?$/);
    const short = said.revision === null ? "" : `, ${said.revision.replace(/^(.{12}).{28}/, "$1")}`;
    const line = `sexton ${packageJson.version} (Bun ${Bun.version}, ${hostTarget()}${short})\n`;
    expect((await run([binary, "version"])).toString()).toBe(line);
  });
});

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
