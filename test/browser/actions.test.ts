import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import type { Agent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { describeWithBrowser } from "./support/browser.ts";
import { createStage, type Stage, stageProblem } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

describeWithBrowser("what is done from the page", stageProblem, (browser) => {
  let stage: Stage;
  let agent: Agent;
  beforeEach(async () => {
    stage = await createStage();
    agent = await stage.agent();
  });
  afterEach(() => stage?.close());

  const dialogOf = (page: Page): Locator => page.getByRole("dialog");
  const eventTypes = async (types: string) => (await agent.json(`/events?types=${types}`))["events"];

  test("a reload is shown before it is sent, then reaches a real nginx, and says what shows it", async () => {
    await using at = await visit(browser(), agent.url, { panel: "signals" });
    const { page } = at;
    const workers = async () =>
      (await agent.json("/processes?name=nginx"))["processes"].map(({ pid }: { pid: number }) => pid);
    const before = await workers();
    await page.getByRole("button", { name: "Send reload to web" }).click();
    await dialogOf(page).getByText("Would send SIGHUP").waitFor();
    expect(await eventTypes("signal.sent")).toEqual([]);
    await page.getByRole("button", { name: "Send SIGHUP" }).click();
    await dialogOf(page).getByText("confirmed").waitFor();
    await dialogOf(page).getByText("workers-replaced").waitFor();
    const after = await workers();
    expect(after[0]).toBe(before[0]);
    expect(after.slice(1)).not.toEqual(before.slice(1));
    await dialogOf(page).getByRole("button", { name: "Close", exact: true }).last().click();
    await dialogOf(page).waitFor({ state: "detached" });
    // The focus is where it was.
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Send reload to web");
  });

  test("a signal that nothing handles is refused with the reason, and sent only when that is insisted on", async () => {
    await using at = await visit(browser(), agent.url, { expected: /409/ });
    const { page } = at;
    await page.getByRole("row", { name: /sleep sleep 1000/, level: 4 }).click();
    await page.getByRole("button", { name: "Send a signal…" }).click();
    await dialogOf(page).getByText("409 signal-unhandled").waitFor();
    expect(await page.getByRole("button", { name: "Nothing to confirm" }).isDisabled()).toBe(true);
    await dialogOf(page).getByRole("checkbox").check();
    await dialogOf(page).getByText("Would send SIGHUP").waitFor();
    await page.getByRole("button", { name: "Send SIGHUP" }).click();
    await dialogOf(page).getByText("exited").waitFor();
  });

  test("pid 1 of the pod is protected, and the page says so", async () => {
    await using at = await visit(browser(), agent.url, { expected: /403/ });
    await at.page.getByRole("row", { name: /trap 'exit 0' TERM/ }).click();
    await at.page.getByRole("button", { name: "Send a signal…" }).click();
    await dialogOf(at.page).getByText("403 protected-process").waitFor();
  });

  test("zombies stand by who leaves them, and are reaped by the remedy that was shown", async () => {
    await using at = await visit(browser(), agent.url, { panel: "zombies" });
    const { page } = at;
    await page.getByRole("heading", { name: /sleep \(pid \d+\)/ }).waitFor();
    await page.getByRole("cell", { name: "exit 7" }).waitFor();
    await page.getByRole("cell", { name: "SIGKILL" }).waitFor();
    await page.getByRole("button", { name: /Reap the zombies of sleep/ }).click();
    await dialogOf(page).getByRole("combobox", { name: "How" }).selectOption("terminate-parent");
    await dialogOf(page).getByText("would-reap").first().waitFor();
    expect((await agent.json("/zombies"))["count"]).toBe(3);
    await page.getByRole("button", { name: "Reap 3 zombies" }).click();
    await dialogOf(page).getByText("3 reaped, 0 remaining").waitFor({ timeout: 20_000 });
    await page.keyboard.press("Escape");
    await page.getByText("No zombies: whatever ended was collected.").waitFor();
    expect(await eventTypes("zombie.reaped")).not.toHaveLength(0);
  });

  test("a watch's reload is run, held and released; what it brought is seen in the app and in the list", async () => {
    await using at = await visit(browser(), agent.url, { panel: "reloads" });
    const { page } = at;
    await page.getByRole("button", { name: "Hold the reloads of nginx-conf" }).click();
    await dialogOf(page).getByText("No reload of its own accord").waitFor();
    await page.getByRole("button", { name: "Hold for 10m" }).click();
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page
      .getByText(/held until/)
      .first()
      .waitFor();
    stage.web.write("two");
    await page.getByText("differs").waitFor();
    expect(await stage.web.says()).toBe("one");
    await page.getByRole("button", { name: "Run the reload of nginx-conf" }).click();
    await dialogOf(page).getByText("would-reload").waitFor();
    await page.getByRole("button", { name: "Reload now" }).click();
    await dialogOf(page).getByText("workers-replaced").waitFor();
    expect(await stage.web.says()).toBe("two");
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: /nginx-conf confirmed request/ }).waitFor();
    await page.getByRole("button", { name: "Release the reloads of nginx-conf" }).click();
    await page.getByRole("button", { name: "Release", exact: true }).click();
    await page.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.getByRole("button", { name: "Hold the reloads of nginx-conf" }).waitFor();
    stage.web.write("three");
    await eventually("the reload by itself", async () => (await stage.web.says()) === "three");
    await page.getByRole("row", { name: /nginx-conf confirmed change/ }).waitFor();
  });
});
