import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventProcess } from "#daemon/watch/register.ts";
import { type EventDraft, eventTypes } from "#process/event.ts";
import { createObserved, msOf } from "../../support/otlp/observed.ts";

const types = eventTypes.filter((type) => type !== "events.lost");

describe("the record of an event", () => {
  test("has a name for each type, its time, and the ids that find it in the register", () => {
    const { time, emit, records } = createObserved();
    for (const type of types) {
      time.now += 1_000;
      emit({ type, cause: 1 });
      const record = records.at(-1);
      expect(record?.eventName).toMatch(/^sexton\.[a-z.]+$/);
      expect(msOf(record?.hrTime ?? [0, 0])).toBe(time.now);
      expect(record?.attributes).toMatchObject({ "sexton.event.id": records.length, "sexton.event.cause": 1 });
    }
    const names = records.map(({ eventName }) => eventName);
    expect(names).toContainEqual("sexton.process.start");
    expect(names).toContainEqual("sexton.process.zombie");
    expect(names).toContainEqual("sexton.started");
    // The three ends of a reload are one kind of record.
    expect(new Set(names).size).toBe(types.length - 2);
  });

  test("says whom it is about by the conventions' names, and no more of the command line than its name", () => {
    const { emit, knows, records } = createObserved();
    const args = ["/usr/sbin/mysqld", "--password=hunter2"];
    const app = knows({ pid: 30, ppid: 20, name: "mysqld", exe: "/usr/sbin/mysqld (deleted)", args });
    emit({ type: "process.started", process: eventProcess(app) });
    expect(records[0]?.attributes).toEqual({
      "sexton.event.id": 1,
      "process.pid": 30,
      "process.parent_pid": 20,
      "process.creation.time": "2026-01-01T00:00:00.000Z",
      "process.executable.name": "mysqld",
      "process.command": "/usr/sbin/mysqld",
      "container.id": app.container?.id ?? "",
      "container.name": "web",
    });
    expect(records[0]?.body).toBe("process.started mysqld (pid 30)");
  });

  test.each([
    ["an argument of many", { args: ["sh", "-c", "login hunter2"] }, "sh"],
    ["a title over the arguments", { args: ["nginx: master process nginx -g hunter2"], argsPadded: true }, "nginx"],
    ["a title that is not padded", { args: ["postgres: hunter2 10.0.0.1 idle"] }, "postgres"],
    ["a path with a space", { args: ["/opt/my app/run"], name: "run" }, "/opt/my app/run"],
    ["no arguments", { args: [] }, undefined],
    ["nothing", { args: [""] }, undefined],
  ])("tells the command of %s as %s", (_, row, expected) => {
    const { emit, knows, records } = createObserved();
    emit({ type: "process.started", process: eventProcess(knows({ pid: 30, ...row })) });
    expect(records[0]?.attributes["process.command"]).toBe(expected as string);
    expect(JSON.stringify(records[0]?.attributes)).not.toContain("hunter2");
  });

  test("calls a process whose executable is hidden by its name", () => {
    const { emit, knows, records } = createObserved();
    const hidden = knows({ pid: 30, name: "redis-server" });
    Object.assign(hidden.facts, { exe: null });
    emit({ type: "process.started", process: eventProcess(hidden) });
    expect(records[0]?.attributes["process.executable.name"]).toBe("redis-server");
  });

  test("says who it was after the register has forgotten it, until it is collected", () => {
    const { born, dies, emit, records } = createObserved();
    const app = born({ pid: 30, name: "python3", exe: "/usr/bin/python3.11" });
    dies(app, { exitCode: 0 });
    const who = (at: number) => records.at(at)?.attributes["process.executable.name"];
    expect([who(-1), who(-2)]).toEqual(["python3.11", "python3.11"]);
    emit({ type: "zombie.reaped", process: eventProcess(app) });
    expect(who(-1)).toBe("python3");
  });

  const parent = { pid: 20, id: "20-1", ppid: 1, name: "php-fpm", commandLine: "php-fpm hunter2", container: null };
  test.each<[EventDraft, object]>([
    [
      { type: "process.exited", data: { exitCode: null, signal: "SIGSEGV", coreDumped: true, runSeconds: 1.5 } },
      {
        "sexton.process.exit.signal": "SIGSEGV",
        "sexton.process.exit.core_dumped": true,
        "sexton.process.run_seconds": 1.5,
        "process.exit.time": "2026-01-01T00:00:00.000Z",
      },
    ],
    [
      { type: "zombie.detected", data: { exitCode: 7, cause: "parent-not-waiting", parent, ageSeconds: 12 } },
      {
        "process.exit.code": 7,
        "sexton.zombie.cause": "parent-not-waiting",
        "sexton.zombie.age_seconds": 12,
        "sexton.zombie.parent.pid": 20,
        "sexton.zombie.parent.name": "php-fpm",
      },
    ],
    [
      { type: "process.execed", data: { before: { name: "sh", exe: "/bin/sh", command: "sh hunter2" } } },
      { "sexton.process.before.name": "sh" },
    ],
    [
      { type: "signal.sent", data: { verb: null, signal: "SIGHUP", number: 1, disposition: "caught", force: false } },
      {
        "sexton.signal.name": "SIGHUP",
        "sexton.signal.number": 1,
        "sexton.signal.disposition": "caught",
        "sexton.signal.force": false,
      },
    ],
    [
      {
        type: "signal.refused",
        data: { kind: "signal-unhandled", detail: "Cannot reload 17 (app hunter2)", verb: "x" },
      },
      { "sexton.signal.kind": "signal-unhandled", "sexton.signal.verb": "x" },
    ],
    [
      { type: "reload.failed", data: { outcome: "exited", exitCode: 3, evidence: [], afterSeconds: 0.1 } },
      {
        "process.exit.code": 3,
        "sexton.reload.outcome": "target_died",
        "sexton.reload.evidence": [],
        "sexton.reload.after_seconds": 0.1,
      },
    ],
    [
      { type: "container.exited", data: { container: { id: "0f3c", name: "web" }, mainPid: 17, exitCode: 1 } },
      { "container.id": "0f3c", "container.name": "web", "sexton.container.main_pid": 17, "process.exit.code": 1 },
    ],
    [
      { type: "pids.pressure", data: { level: "warning", container: null, current: 161, growing: [{ parent }] } },
      { "sexton.pids.level": "warning", "sexton.pids.current": 161 },
    ],
    [
      { type: "agent.started", data: { version: "1.0.0", addresses: ["127.0.0.1:9099"] } },
      { "sexton.agent.version": "1.0.0", "sexton.agent.addresses": ["127.0.0.1:9099"] },
    ],
  ])("of %j says all but what may be secret", (draft, expected) => {
    const { emit, records } = createObserved();
    emit(draft);
    expect(records[0]?.attributes).toEqual({ "sexton.event.id": 1, ...expected });
  });
});

describe("command lines", () => {
  const secret = "hunter2-0123456789";
  const parent = { pid: 1, name: "init", commandLine: secret, args: [secret], exe: null };
  /** What daemons put into events, now or one day: whoever is meant, at whatever depth. */
  const data = fc.dictionary(
    fc.constantFrom("parent", "before", "growing", "commandLine", "args", "detail", "process", "zombies", "reason"),
    fc.oneof(
      fc.constantFrom(parent, [parent], { parent }, [[secret]], { name: "x", args: [secret] }),
      fc.integer(),
      fc.constant(null),
    ),
  );

  test("go nowhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), data, (type, facts) => {
        const { emit, knows, records, spans } = createObserved();
        const app = knows({ pid: 30, args: ["app", `--token=${secret}`] });
        const withText = { ...facts, detail: secret, commandLine: secret, args: [secret] };
        emit({ type, process: eventProcess(app), data: withText });
        const told = records.map(({ attributes, body }) => [attributes, body]);
        const shown = JSON.stringify([told, spans.map(({ name, attributes }) => [name, attributes])]);
        expect(shown).not.toContain(secret);
      }),
    );
  });

  test("go out where the configuration says so", () => {
    const { knows, dies, records, spans } = createObserved({ commandLine: true });
    dies(knows({ pid: 30, args: ["app", "--port=1", "--token=2"] }), { exitCode: 0 });
    expect(records[0]?.attributes["process.command_line"]).toBe("app --port=1 --token=***");
    expect(spans[0]?.attributes["process.command_line"]).toBe("app --port=1 --token=***");
  });
});

describe("severity", () => {
  test.each<[EventDraft["type"], object, string]>([
    ["process.exited", { exitCode: 0 }, "INFO"],
    ["process.exited", { exitCode: 1 }, "WARN"],
    ["process.exited", { signal: "SIGTERM" }, "WARN"],
    ["process.exited", { signal: "SIGKILL" }, "WARN"],
    ["process.exited", { signal: "SIGKILL", probableOomKill: true }, "ERROR"],
    ["process.exited", { signal: "SIGSEGV" }, "ERROR"],
    ["process.exited", { signal: "SIGABRT" }, "ERROR"],
    ["process.exited", { exitCode: null, signal: null }, "INFO"],
    ["container.exited", { exitCode: 137 }, "WARN"],
    ["container.exited", { exitCode: null, probableOomKill: true }, "ERROR"],
    ["process.started", {}, "INFO"],
    ["zombie.detected", {}, "WARN"],
    ["zombie.remedy", { outcome: "reaped" }, "INFO"],
    ["zombie.remedy", { outcome: "failed" }, "WARN"],
    ["signal.sent", {}, "INFO"],
    ["signal.refused", {}, "WARN"],
    ["reload.confirmed", {}, "INFO"],
    ["reload.unconfirmed", {}, "WARN"],
    ["reload.failed", {}, "ERROR"],
    ["config.rejected", {}, "ERROR"],
    ["pids.pressure", { level: "ok" }, "INFO"],
    ["pids.pressure", { level: "warning" }, "WARN"],
    ["pids.pressure", { level: "critical" }, "ERROR"],
  ])("of %s with %j is %s", (type, data, expected) => {
    const { emit, records } = createObserved();
    emit({ type, data: data as Record<string, unknown> });
    expect(records[0]).toMatchObject({ severityText: expected });
    expect(records[0]?.severityNumber).toBe({ INFO: 9, WARN: 13, ERROR: 17 }[expected] as number);
  });
});
