import { describe, expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { createReloadMetrics } from "#telemetry/reload-metrics.ts";
import { readSamples, writeOpenMetrics, writeText } from "../support/exposition.ts";
import { eventually } from "../support/poll.ts";
import { confirmed, reloaderOver } from "../support/reloader.ts";
import { contentOf, createMemoryReloads, stateOf, watchSettings } from "../support/reloads.ts";

function metricsOf(states = [stateOf()]) {
  const bus = createBus(() => 5_000);
  const reloads = createMemoryReloads(states);
  const metrics = createReloadMetrics(reloads, bus);
  return {
    bus,
    reloads,
    metrics,
    samples: () => readSamples(writeText(metrics.families())),
    value: (series: string) => readSamples(writeText(metrics.families())).get(series),
  };
}

describe("metrics of reloads", () => {
  test("tell what there is at each watch", () => {
    const { value } = metricsOf([
      stateOf({
        content: contentOf({ generation: "..2026_01_01" }),
        changedAt: 90_000,
        changes: 3,
        errors: 2,
        oldWorkers: 4,
      }),
      stateOf({
        settings: watchSettings({ name: "other" }),
        content: null,
        pending: { reason: "held", until: 1 },
        heldUntil: 1,
      }),
    ]);
    expect(value('sexton_config_info{watch="nginx",hash="0123456789ab",generation="..2026_01_01"}')).toBe(1);
    expect(value('sexton_config_changes_total{watch="nginx"}')).toBe(3);
    expect(value('sexton_config_last_change_timestamp_seconds{watch="nginx"}')).toBe(90);
    expect(value('sexton_config_watch_errors_total{watch="nginx"}')).toBe(2);
    expect(value('sexton_config_old_workers{watch="nginx"}')).toBe(4);
    expect(value('sexton_config_pending{watch="nginx"}')).toBe(0);
    expect(value('sexton_config_held{watch="nginx"}')).toBe(0);
    expect(value('sexton_config_pending{watch="other"}')).toBe(1);
    expect(value('sexton_config_held{watch="other"}')).toBe(1);
    expect(value('sexton_config_last_change_timestamp_seconds{watch="other"}')).toBeUndefined();
    expect(value('sexton_config_last_reload_successful{watch="other"}')).toBeUndefined();
    expect(value('sexton_reloads_total{watch="other",outcome="failed"}')).toBe(0);
  });

  test.each([
    ["confirmed", "failed", 1],
    ["unconfirmed", "failed", 1],
    ["unconfirmed", "never", 1],
    ["unconfirmed", "unconfirmed", 0],
    ["failed", "never", 0],
    ["rejected", "failed", 0],
  ] as const)("a reload that was %s, with retry.on %s, is %d", (status, on, expected) => {
    const retry = { ...watchSettings().retry, on };
    const { reloads, value } = metricsOf([stateOf({ settings: watchSettings({ retry }), appliedHash: "another" })]);
    reloads.reloaded({ id: 1, status: "confirmed", endedAt: 3_000 });
    reloads.reloaded({ id: 2, status, endedAt: 4_000 });
    expect(value('sexton_config_last_reload_successful{watch="nginx"}')).toBe(expected);
    expect(value('sexton_config_last_reload_success_timestamp_seconds{watch="nginx"}')).toBe(expected ? 4 : 3);
  });

  test.each(["failed", "rejected"] as const)(
    "a reload that was %s is over when the app has what there is",
    (status) => {
      const { reloads, value } = metricsOf([stateOf({})]);
      reloads.reloaded({ id: 1, status, endedAt: 4_000 });
      expect(value('sexton_config_last_reload_successful{watch="nginx"}')).toBe(1);
      const waiting = metricsOf([stateOf({ pending: { reason: "retry", until: 9_000 } })]);
      waiting.reloads.reloaded({ id: 1, status, endedAt: 4_000 });
      expect(waiting.value('sexton_config_last_reload_successful{watch="nginx"}')).toBe(0);
    },
  );

  test("count each reload once, when it has ended", () => {
    const { reloads, samples } = metricsOf();
    const count = (outcome: string) => samples().get(`sexton_reloads_total{watch="nginx",outcome="${outcome}"}`);
    const seconds = (part: string) => samples().get(`sexton_reload_duration_seconds_${part}`);
    reloads.reloaded({ id: 1, status: "running", endedAt: null });
    expect([count("confirmed"), count("failed")]).toEqual([0, 0]);
    reloads.reloaded({ id: 2, startedAt: 0, endedAt: 40, status: "failed" });
    expect([count("confirmed"), count("failed")]).toEqual([0, 1]);
    reloads.reloaded({ id: 1, startedAt: 0, endedAt: 200 });
    reloads.reloaded({ id: 3, status: "rejected" });
    expect([count("confirmed"), count("failed"), count("rejected")]).toEqual([1, 1, 1]);
    expect([count("confirmed"), count("failed"), count("rejected")]).toEqual([1, 1, 1]);
    expect(seconds('sum{watch="nginx",outcome="confirmed"}')).toBe(0.2);
    expect(seconds('bucket{watch="nginx",outcome="confirmed",le="0.1"}')).toBe(0);
    expect(seconds('bucket{watch="nginx",outcome="confirmed",le="0.25"}')).toBe(1);
    expect(seconds('count{watch="nginx",outcome="rejected"}')).toBeUndefined();
  });

  test("count what was superseded apart: what the one before has come to stands", () => {
    const { reloads, value } = metricsOf();
    const successful = () => value('sexton_config_last_reload_successful{watch="nginx"}');
    reloads.set("nginx", { pending: { reason: "running", until: null } });
    reloads.reloaded({ id: 1, status: "failed" });
    expect(successful()).toBe(0);
    reloads.reloaded({ id: 2, status: "superseded" });
    expect(successful()).toBe(0);
    expect(value('sexton_reloads_total{watch="nginx",outcome="superseded"}')).toBe(1);
    expect(value('sexton_reloads_total{watch="nginx",outcome="unconfirmed"}')).toBe(0);
    reloads.reloaded({ id: 3, status: "confirmed" });
    expect(successful()).toBe(1);
    reloads.reloaded({ id: 4, status: "superseded" });
    expect(successful()).toBe(1);
  });

  test("miss none of more than are kept, where nobody scrapes", () => {
    const { bus, reloads, value } = metricsOf();
    for (let id = 1; id <= 1_000; id++) {
      bus.emit({ type: "reload.started", data: { watch: "nginx" } });
      reloads.reloaded({ id, status: id % 10 === 0 ? "failed" : "confirmed" });
    }
    expect(value('sexton_reloads_total{watch="nginx",outcome="confirmed"}')).toBe(900);
    expect(value('sexton_reloads_total{watch="nginx",outcome="failed"}')).toBe(100);
  });

  test("count the next one where a record was taken back, and its id with it", async () => {
    let tries = 0;
    const apply = async () => {
      await Bun.sleep(50);
      return ++tries < 3 ? { ...confirmed, status: "no-target" as const } : confirmed;
    };
    await using harness = reloaderOver(() => ({}), apply, { ageOf: () => 60_000 });
    const { families } = createReloadMetrics(harness.reloader, harness.bus);
    const total = () => readSamples(writeText(families())).get('sexton_reloads_total{watch="app",outcome="confirmed"}');
    await harness.begin();
    harness.folder.write("conf/app.conf", "two");
    // Looked at while it runs as well.
    await eventually("the reload", () => total() === 1);
    expect(tries).toBe(3);
    harness.folder.write("conf/app.conf", "three");
    await eventually("another reload", () => total() === 2);
  });

  test("count those that somebody asked for by their signal apart, and those of a watch not twice", () => {
    const { bus, reloads, value } = metricsOf();
    reloads.reloaded({ id: 1 });
    bus.emit({ type: "reload.confirmed", data: { watch: "nginx", afterSeconds: 0.1 } });
    bus.emit({ type: "reload.confirmed", data: { watch: null, afterSeconds: 0.1 } });
    bus.emit({ type: "reload.failed", data: { afterSeconds: 2 } });
    expect(value('sexton_reloads_total{watch="nginx",outcome="confirmed"}')).toBe(1);
    expect(value('sexton_reloads_total{watch="",outcome="confirmed"}')).toBe(1);
    expect(value('sexton_reloads_total{watch="",outcome="failed"}')).toBe(1);
    expect(value('sexton_reload_duration_seconds_sum{watch="",outcome="failed"}')).toBe(2);
  });

  test("are gone with their watch, and nothing at all without one", () => {
    const { samples } = metricsOf([]);
    expect([...samples()]).toEqual([]);
    const { reloads, metrics } = metricsOf();
    reloads.reloaded({ id: 1, watch: "of-before" });
    expect(writeText(metrics.families().filter(({ name }) => name === "sexton_reloads_total"))).not.toContain(
      "of-before",
    );
  });

  test("have an info in OpenMetrics", () => {
    expect(writeOpenMetrics(metricsOf().metrics.families())).toContain("# TYPE sexton_config info\n");
  });
});
