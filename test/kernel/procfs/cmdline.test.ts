import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Cmdline, parseCmdline, readCmdline } from "#kernel/procfs/cmdline.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { eventually } from "../../support/poll.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(30_000);

const captured = procRoot("test/fixtures/proc/nginx-under-shell");

describe("parseCmdline()", () => {
  test.each([
    ["no arguments", "", []],
    ["argc = 0", "\0", [""]],
    ["one", "nginx\0", ["nginx"]],
    ["several", "nginx\0-g\0daemon off;\0", ["nginx", "-g", "daemon off;"]],
    ["an empty one in the middle", "a\0\0b\0", ["a", "", "b"]],
    ["an empty one in front", "\0a\0", ["", "a"]],
    ["an empty one at the end", "a\0\0", ["a", ""]],
    ["newlines", "sh\0-c\0one\ntwo\0", ["sh", "-c", "one\ntwo"]],
    ["a title without a NUL", "nginx: master process", ["nginx: master process"]],
    ["a title and its padding", `nginx: worker process${"\0".repeat(22)}`, ["nginx: worker process"]],
  ])("splits %s", (_, text, args) => {
    expect(parseCmdline(Buffer.from(text))).toEqual([...args]);
  });

  test("shows bytes that are not UTF-8 as U+FFFD", () => {
    expect(parseCmdline(Uint8Array.of(97, 0xff, 0, 98, 0))).toEqual(["a\ufffd", "b"]);
    expect(parseCmdline(Buffer.from("grün\0"))).toEqual(["grün"]);
  });
});

describe("readCmdline()", () => {
  test.each([
    [1, ["sh", "entrypoint.sh"]],
    [2, ["nginx: master process nginx -c /tmp/app/nginx.conf"]],
    [12, ["nginx: worker process"]],
    [8, []],
  ])("reads the captured process %d", (pid, args) => {
    expect(readCmdline(captured, pid)).toMatchObject({ args: [...args], truncated: false });
  });

  test.each([
    [1, false],
    // Longer than the arguments were: it goes on into the environment.
    [2, false],
    [12, true],
    [8, false],
  ])("tells a title's padding, of the captured process %d", (pid, padded) => {
    expect(readCmdline(captured, pid)).toMatchObject({ padded });
  });

  test("says gone for a pid that is not there", () => {
    expect(readCmdline(captured, 4_194_303)).toBe(gone);
  });

  test("reads no more of a long command line than it is told to", async () => {
    const long = "x".repeat(30_000);
    const child = Bun.spawn(["sh", "-c", "read x", long], { stdin: "pipe" });
    try {
      // Empty for as long as the exec is under way.
      const { args, truncated } = await eventually("the child's exec", () => {
        const read = readCmdline(procRoot(), child.pid) as Cmdline;
        return read.args[0] === "sh" ? read : null;
      });
      expect(args.join("\0")).toBe(["sh", "-c", "read x", long].join("\0").slice(0, 4096));
      expect(truncated).toBe(true);
      expect(readCmdline(procRoot(), child.pid, 40_000)).toMatchObject({ args: ["sh", "-c", "read x", long] });
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  });
});
