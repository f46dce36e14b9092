import { expect, test } from "bun:test";
import { appsLeft } from "#policy/apps-left.ts";
import { podOf, tableOf } from "../support/processes.ts";

const rows = [
  { pid: 17, ppid: 0, name: "nginx", in: "nginx" },
  { pid: 18, ppid: 17, name: "nginx", in: "nginx" },
  { pid: 30, ppid: 0, name: "proxy", in: "proxy" },
] as const;

test("names each app that has a process, and neither the pause nor sexton", () => {
  expect(appsLeft(podOf(...rows), undefined)).toEqual(["nginx", "proxy"]);
  expect(appsLeft(podOf(), undefined)).toEqual([]);
});

test("an app is there as long as one of its processes is, and a zombie is none", () => {
  const [, worker] = rows;
  expect(appsLeft(podOf(worker), undefined)).toEqual(["nginx"]);
  expect(appsLeft(podOf({ ...worker, state: "zombie" }), undefined)).toEqual([]);
});

test("only the container that is meant counts, where one is", () => {
  expect(appsLeft(podOf(...rows), "proxy")).toEqual(["proxy"]);
  expect(appsLeft(podOf(...rows), "other")).toEqual([]);
  const byHand = tableOf([
    { pid: 1, ppid: 0, name: "sh" },
    { pid: 5, ppid: 0, name: "app" },
  ]);
  expect(appsLeft(byHand, "sh")).toEqual([]);
});
