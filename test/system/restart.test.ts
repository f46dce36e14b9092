import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, binary, cleanEnv, type Json, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { eventually } from "../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-restart-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An agent that has a place besides, where the next one can be found too. */
const startAt = (socket: string) => startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });

/** An event on demand: what is refused is told, and changes nothing. */
const refuse = (agent: Agent, target: string) => agent.post(`/signal/reload?target=${target}`);

test("a reader that resumes after a restart is told so, and gets all of the new run, each event once", async () => {
  const read = async (from: Agent, after: string | null) => {
    const headers = { accept: "text/event-stream", ...(after === null ? {} : { "last-event-id": after }) };
    const text = await (await from.fetch("/events?follow=false", { headers })).text();
    const ids = [...text.matchAll(/^id: (\w+)\.(\d+)$/gm)].map(([, run, id]) => ({ run, id: Number(id) }));
    return { ids, events: [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string) as Json) };
  };
  const first = await startAgent();
  await refuse(first, "nobody");
  const before = await read(first, null);
  const { run, id } = before.ids.at(-1) ?? {};
  expect(run).toBe((await first.json("/events?limit=0"))["run"]);
  expect(before.events[0]).toMatchObject({ type: "agent.started", data: { run } });
  await first.stop();

  const second = await startAgent();
  const { run: next } = await second.json("/events?limit=0");
  expect(next).not.toBe(run);
  // As long as the new run has fewer events, the number alone gives the restart away.
  await eventually("the new run to have more events", async () => {
    await refuse(second, "nobody");
    return (await second.json("/events?limit=0"))["newestId"] > (id ?? 0) + 10;
  });
  const { newestId } = await second.json("/events?limit=0");
  const after = await read(second, `${run}.${id}`);
  expect(after.events[0]).toMatchObject({
    type: "events.lost",
    data: { from: (id ?? 0) + 1, to: null, reason: "restarted", run },
  });
  expect(after.events[1]).toMatchObject({ type: "agent.started", data: { run: next } });
  // The gap has the id that comes before the first event.
  expect(after.ids).toEqual(Array.from({ length: after.ids.length }, (_, id) => ({ run: next, id })));
  expect(after.ids.length).toBeGreaterThan(newestId);
  // And from there on nothing is lost, nor told again.
  const { events } = await read(second, `${next}.${after.ids.length - 1}`);
  expect(events.filter(({ id, type }) => id < after.ids.length || type === "events.lost")).toEqual([]);
  expect(await second.stop()).toBe(0);
});

test.each([
  ["SIGTERM", []],
  ["SIGKILL", ["--json"]],
] as const)("sexton events --follow goes on after a restart (%s)", async (signal, json) => {
  const socket = join(folder, signal);
  const first = await startAt(socket);
  const { run } = await first.json("/events?limit=0");
  const types = ["--types", "agent.*,signal.*"];
  const child = Bun.spawn([binary, "events", "--follow", ...types, "--listen", `unix://${socket}`, ...json], {
    env: cleanEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [lines, errors] = [linesOf(child.stdout), linesOf(child.stderr)];
  await eventually("the first refusal", async () => {
    await refuse(first, "first");
    return lines.matching(/signal\.refused/).length > 0;
  });
  await first.stop(signal);
  await errors.waitForMatch(/^sexton: the agent has ended the stream; trying again/);
  const second = await startAt(socket);
  await refuse(second, "second");
  await lines.waitForMatch(/second/);
  await errors.waitForMatch(/^sexton: the agent is back/);

  const told = lines.matching(/agent\.|signal\.|events\.lost/);
  const restart = told.findIndex((line) => line.includes("events.lost"));
  const typesOf = (some: readonly string[]) => some.map((line) => /agent\.\w+|signal\.\w+|events\.\w+/.exec(line)?.[0]);
  expect(typesOf(told.slice(0, restart)).at(-1)).toBe(signal === "SIGTERM" ? "agent.stopping" : "signal.refused");
  expect(typesOf(told.slice(restart))).toEqual(["events.lost", "agent.started", "signal.refused"]);
  expect(new Set(told).size).toBe(told.length);
  if (json.length > 0) {
    expect(JSON.parse(told[restart] ?? "")).toMatchObject({ data: { reason: "restarted", run } });
  } else expect(lines.matching(/^TIME +ID/).length).toBe(1);
  child.kill("SIGINT");
  expect(await child.exited).toBe(0);
  await second.stop();
});
