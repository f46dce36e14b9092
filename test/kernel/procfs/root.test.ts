import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { procRoot } from "#kernel/procfs/root.ts";
import { readUptime } from "#kernel/procfs/uptime.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(30_000);

const program = join(import.meta.dir, "..", "..", "programs", "read-proc.ts");
const captured = "test/fixtures/proc/nginx-under-shell";
const capturedPids = [1, 2, 3, 4, 5, 6, 8, 9, 12, 13];
const base64 = (path: string) => readFileSync(path).toString("base64");

interface Seen {
  readonly ffi: boolean;
  readonly libcProblem: string | null;
  readonly pids: number[];
  readonly files: ({ readonly pid: number } & Record<string, unknown>)[];
  readonly machine: Record<string, unknown>;
  readonly own: Record<string, unknown>;
  readonly bootMs: number;
}

/** Without its JIT bun has no FFI, so that the reader on node:fs takes over. */
async function look(useFfi: boolean, ...args: string[]): Promise<Seen> {
  const child = Bun.spawn([process.execPath, program, ...args], {
    env: { ...process.env, BUN_JSC_useJIT: useFfi ? "1" : "0" },
    stdout: "pipe",
  });
  return JSON.parse(await child.stdout.text()) as Seen;
}

/** A tree with what the captured one has not: very long files, links, folders, very many pids. */
let made = "";
beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), "proc-"));
  mkdirSync(join(made, "17", "folder"), { recursive: true });
  writeFileSync(join(made, "17", "big"), Buffer.alloc(100_000, "abcdefghijklm"));
  writeFileSync(join(made, "17", "stat"), "17 (a) S");
  writeFileSync(join(made, "17", "cmdline"), "");
  writeFileSync(join(made, "17", "mountinfo"), "x".repeat(1_000));
  writeFileSync(join(made, "17", "folder", "0"), "");
  symlinkSync("/usr/bin/nginx (deleted)", join(made, "17", "link"));
  mkdirSync(join(made, "17", "io"));
  for (const name of ["self", "sys", "17a", "a17", "-1", "uptime"]) mkdirSync(join(made, name));
  // More than what one getdents64(2) into 64 KiB returns.
  for (let pid = 20_000; pid < 23_000; pid++) mkdirSync(join(made, `${pid}`));
});
afterAll(() => rmSync(made, { recursive: true }));

describe.each([
  ["with FFI", true],
  ["without FFI", false],
])("procRoot() %s", (_, useFfi) => {
  test("runs as meant: the reader is the one under test", async () => {
    const seen = await look(useFfi, captured);
    expect(seen.ffi).toBe(useFfi);
    if (!useFfi) expect(seen.libcProblem).toContain("JIT");
  });

  test("reads a captured tree byte by byte", async () => {
    const seen = await look(useFfi, captured);
    expect(seen.pids).toEqual(capturedPids);
    for (const { pid, ...files } of seen.files.filter(({ pid }) => capturedPids.includes(pid))) {
      for (const file of ["stat", "status", "cmdline", "cgroup"]) {
        expect([pid, file, files[file]]).toEqual([pid, file, base64(`${captured}/${pid}/${file}`)]);
      }
    }
    expect(seen.machine["loadavg"]).toBe(base64(`${captured}/loadavg`));
  });

  test("says gone for a missing process and a missing file, unavailable for a folder", async () => {
    const seen = await look(useFfi, captured, "3");
    expect(seen.files.find(({ pid }) => pid === 4_194_303)).toMatchObject({ stat: "gone", text: "gone", size: "gone" });
    expect(seen.files[0]).toMatchObject({ limits: "gone", io: "gone", link: "gone", names: "gone" });
    expect(seen.machine["folder"]).toBe("unavailable");
  });

  test("reads up to 64 KiB of a file, all of a short one, and nothing of an empty one", async () => {
    const [file] = (await look(useFfi, made, "17")).files;
    expect(Buffer.from(String(file?.["big"]), "base64")).toEqual(
      Buffer.alloc(100_000, "abcdefghijklm").subarray(0, 65_536),
    );
    expect(file).toMatchObject({ stat: Buffer.from("17 (a) S").toString("base64"), cmdline: "", io: "unavailable" });
  });

  test("reads on where the kernel hands a file out in pieces of a page", async () => {
    const { machine } = await look(useFfi, captured, "1");
    expect(Buffer.from(String(machine["symbols"]), "base64")).toHaveLength(65_536);
  });

  test("reads text up to its limit, links, folders and sizes", async () => {
    const [file] = (await look(useFfi, made, "17")).files;
    expect(file).toMatchObject({
      text: "x".repeat(100),
      link: "/usr/bin/nginx (deleted)",
      names: ["0"],
      size: 100_000,
    });
  });

  test("lists every pid of a large tree once, and no other name", async () => {
    const { pids } = await look(useFfi, made, "17");
    expect(pids).toEqual([17, ...Array.from({ length: 3_000 }, (_, index) => 20_000 + index)]);
  });

  test("finds itself among the processes of this machine", async () => {
    const seen = await look(useFfi, "/proc", "1", String(process.pid));
    expect(seen.pids).toContain(process.pid);
    expect(Buffer.from(String(seen.files[1]?.["stat"]), "base64").toString()).toStartWith(`${process.pid} (`);
  });

  test("tells the time since boot", async () => {
    const root = procRoot();
    const before = readUptime(root) as number;
    const { bootMs } = await look(useFfi, captured, "1");
    expect(bootMs).toBeGreaterThanOrEqual(before * 1000 - 10);
    expect(bootMs).toBeLessThanOrEqual((readUptime(root) as number) * 1000 + 10);
  });

  test("signals by pid where there are no pidfds", async () => {
    const { own } = await look(useFfi, captured, "1");
    expect(own).toMatchObject({ pidfd: useFfi ? expect.any(Number) : "unavailable", sent: "sent", gone: "gone" });
  });
});

test("two roots do not read each other's files", () => {
  const [first, second] = [procRoot(captured), procRoot(made)];
  const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString();
  expect(text(first.read(1, "stat"))).toStartWith("1 (sh) S");
  expect(text(second.read(17, "stat"))).toBe("17 (a) S");
  expect(text(first.read(12, "stat"))).toStartWith("12 (nginx) S");
});
