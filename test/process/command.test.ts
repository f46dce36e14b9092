import { expect, test } from "bun:test";
import { findApps } from "#process/app.ts";
import type { ProcessTable } from "#process/table.ts";
import { type Row, tableOf } from "../support/processes.ts";

const appsOf = (table: ProcessTable) => findApps(table).map(({ name, main }) => `${name} ${main.pid}`);
const rolesOf = (table: ProcessTable) => Object.fromEntries(table.processes.map(({ pid, role }) => [pid, role]));

const sexton: Row = { pid: 1, name: "sexton", in: "web", exe: "/sexton" };
const app: Row = { pid: 6, ppid: 1, name: "nginx", in: "web", exe: "/nginx", startTicks: 500 };

test("sexton as the init of an app: the command is the main process, though it lives in sexton's container", () => {
  const rows: Row[] = [
    sexton,
    app,
    { pid: 8, ppid: 6, name: "nginx", in: "web", exe: "/nginx", startTicks: 510 },
    { pid: 20, ppid: 1, name: "orphan", in: "web", exe: "/x", startTicks: 400 },
    { pid: 30, ppid: 0, name: "sh", in: "web", exe: "/bin/sh", startTicks: 9_000 },
    { pid: 31, ppid: 30, name: "sexton", in: "web", exe: "/sexton", startTicks: 9_100 },
  ];
  const table = tableOf(rows, { selfPid: 1, command: 6 });
  expect(rolesOf(table)).toEqual({ 1: "init", 6: "app", 8: "app", 20: "app", 30: "app", 31: "self" });
  expect(appsOf(table)).toEqual(["web 6"]);
  // Without that it is all sexton's own.
  expect(appsOf(tableOf(rows, { selfPid: 1 }))).toEqual([]);
});

test("the same where no cgroup tells containers apart", () => {
  const bare = [sexton, app].map(({ in: _, ...row }) => row);
  expect(appsOf(tableOf(bare, { selfPid: 1, command: 6 }))).toEqual(["nginx 6"]);
});

test("in a namespace with others only what descends from sexton is the app's", () => {
  const rows: Row[] = [
    { pid: 1, name: "systemd" },
    { pid: 40, ppid: 1, name: "cron" },
    { pid: 50, ppid: 1, name: "sexton", exe: "/sexton" },
    { pid: 51, ppid: 50, name: "app", exe: "/app" },
    { pid: 52, ppid: 51, name: "app", exe: "/app" },
  ];
  const table = tableOf(rows, { selfPid: 50, initialNamespace: true, command: 51 });
  expect(rolesOf(table)).toEqual({ 1: "other", 40: "other", 50: "self", 51: "app", 52: "app" });
  expect(appsOf(table)).toEqual(["app 51"]);
});
