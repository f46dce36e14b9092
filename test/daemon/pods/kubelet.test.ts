import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeletPods, namesOf } from "#daemon/pods/kubelet.ts";

const uid = "6f1d0c3a-2b44-4a6e-9a57-0d1b7c9e2f10";
const hash = "0123456789abcdef0123456789abcdef";
const web = { metadata: { uid, name: "web-1", namespace: "default" }, spec: { containers: [] }, status: {} };

describe("namesOf()", () => {
  test("reads a PodList, a static pod by its hash too, and leaves out what has no name", () => {
    const annotations = { "kubernetes.io/config.hash": hash, "kubernetes.io/config.source": "file" };
    const mirror = { metadata: { uid: "1", name: "etcd-a", namespace: "kube-system", annotations } };
    const items = [web, mirror, {}, null, { metadata: { uid: "2", name: 3, namespace: "x" } }];
    const etcd = { namespace: "kube-system", name: "etcd-a" };
    expect(namesOf({ kind: "PodList", items })).toEqual([
      [uid, { namespace: "default", name: "web-1" }],
      ["1", etcd],
      [hash, etcd],
    ]);
  });

  test.each([[null], [[]], ["x"], [{}], [{ items: {} }]])("refuses %j", (answer) => {
    expect(() => namesOf(answer)).toThrow("no list of pods");
  });
});

describe("kubeletPods()", () => {
  let folder: string;
  let kubelet: ReturnType<typeof Bun.serve>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sexton-kubelet-"));
    kubelet = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/elsewhere") return Response.redirect("/pods");
        if (pathname === "/text") return new Response("no JSON");
        if (pathname === "/huge") return new Response(new Uint8Array(33 * 1024 * 1024));
        if (request.headers.get("authorization") !== "Bearer t0ken") return new Response(null, { status: 401 });
        return Response.json({ items: [web] });
      },
    });
    writeFileSync(join(folder, "token"), "t0ken\n");
  });
  afterAll(async () => {
    await kubelet.stop(true);
    rmSync(folder, { recursive: true });
  });
  const ask = async (path: string, tokenFile: string | null = join(folder, "token")) => {
    const source = kubeletPods({ url: `http://127.0.0.1:${kubelet.port}${path}`, tokenFile, caFile: null });
    return [...(await source.list())];
  };

  test("asks with the token of the file", async () => {
    expect(await ask("/pods")).toEqual([[uid, { namespace: "default", name: "web-1" }]]);
  });

  test.each([
    ["/pods", null, "401. Give node.tokenFile"],
    ["/pods", "/none", "ENOENT"],
    ["/elsewhere", undefined, ""],
    ["/text", undefined, "JSON"],
    ["/huge", undefined, "larger than"],
  ])("of %s with token file %p it says what is wrong", async (path, token, said) => {
    await expect(ask(path, token)).rejects.toThrow(said);
  });

  test("shows the token to no proxy of the environment", async () => {
    const names = ["HTTP_PROXY", "http_proxy"];
    const before = names.map((name) => process.env[name]);
    try {
      for (const name of names) process.env[name] = "http://127.0.0.1:1";
      expect(await ask("/pods")).toHaveLength(1);
    } finally {
      for (const [at, name] of names.entries()) {
        const value = before[at];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
