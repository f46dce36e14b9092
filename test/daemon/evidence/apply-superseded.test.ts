import { describe, expect, test } from "bun:test";
import { applying } from "../../support/applying.ts";

const { apply, start, tellings } = applying();

describe("what is superseded", () => {
  test("is told as it is known by then, and is followed no more", async () => {
    await start("pass");
    const told = tellings();
    const before = performance.now();
    const proof = { waitMs: 20_000, http: null };
    const applied = await apply({ proof }, { enough: AbortSignal.timeout(300) });
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(applied).toMatchObject({ status: "superseded", evidence: [] });
    expect(applied.detail).toMatch(/^A newer change came 0\.\d+ s after it was told, /);
    // Else it would take the effects of the newer one for its own.
    expect(told().map(({ type }) => type)).toEqual(["signal.sent", "reload.started", "reload.unconfirmed"]);
    expect(told().at(-1)?.data).toMatchObject({ outcome: "unconfirmed", superseded: true });
  });

  test("is told all the same where that came before its signal, and counts where it has an effect", async () => {
    await start("pass");
    const told = tellings();
    let opens = 0;
    const enough = AbortSignal.abort();
    expect(await apply({ proof: { waitMs: 20_000, http: null } }, { enough })).toMatchObject({ status: "superseded" });
    expect(told()[0]?.type).toBe("signal.sent");
    const late = AbortSignal.timeout(2_000);
    expect(await apply({}, { opened: () => opens++, enough: late })).toMatchObject({ status: "confirmed" });
  });

  test("has failed where the app ends of it", async () => {
    await start("sys.exit(3)");
    const applied = await apply({ proof: { waitMs: 20_000, http: null } }, { enough: AbortSignal.timeout(1_500) });
    expect(applied).toMatchObject({ status: "failed", detail: expect.stringContaining("with exit code 3.") });
  });
});
