import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Agent } from "../support/binary.ts";
import { faults } from "./support/axe.ts";
import { describeWithBrowser } from "./support/browser.ts";
import { createStage, type Stage, stageProblem } from "./support/stage.ts";
import { type Visit, visit } from "./support/visit.ts";

/** What each panel shows when it is there. */
const panels: Readonly<Record<string, (at: Visit) => Promise<unknown>>> = {
  Processes: ({ page }) => page.getByRole("row", { name: /nginx: master/ }).click(),
  Zombies: ({ page }) => page.getByRole("cell", { name: "exit 7" }).waitFor(),
  Signals: ({ page }) => page.getByRole("button", { name: "Send reload to web" }).waitFor(),
  Register: ({ page }) => page.getByRole("row", { name: /agent.started/ }).click(),
  Reloads: ({ page }) => page.getByRole("heading", { name: /nginx-conf/ }).waitFor(),
  Charts: ({ page }) => page.locator("canvas").first().waitFor(),
  Doctor: ({ page }) => page.getByRole("heading", { name: "What the kernel offers" }).waitFor(),
};

describeWithBrowser("who cannot see, or has no mouse", stageProblem, (browser) => {
  let stage: Stage;
  let agent: Agent;
  beforeAll(async () => {
    stage = await createStage();
    agent = await stage.agent();
  });
  afterAll(() => stage?.close());

  for (const [look, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 390, height: 844 } }],
  ] as const) {
    test(`finds no serious fault in any panel, ${look}`, async () => {
      await using at = await visit(browser(), agent.url, options);
      const found: string[] = [];
      for (const [name, ready] of Object.entries(panels)) {
        await at.show(name);
        await ready(at);
        found.push(...(await faults(at.page)).map((fault) => `${name}: ${fault}`));
        // Nothing is wider than the page.
        const wide = await at.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${name}: the page is ${wide} pixels too wide`);
        await at.page.keyboard.press("Escape");
      }
      expect(found).toEqual([]);
    });
  }

  test("finds none in a dialog, and is kept inside of it until Escape", async () => {
    await using at = await visit(browser(), agent.url, { panel: "signals" });
    const { page } = at;
    await page.getByRole("button", { name: "Send reload to web" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Would send SIGHUP").waitFor();
    expect(await faults(page)).toEqual([]);
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.closest("dialog, body")?.tagName)).toMatch(
        /DIALOG|BODY/,
      );
      expect(
        await page.evaluate(() => document.activeElement?.closest("main")?.querySelector(":focus:not(dialog *)")),
      ).toBeFalsy();
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("walks the panels, the tree and the details by keyboard alone", async () => {
    await using at = await visit(browser(), agent.url);
    const { page } = at;
    const focused = (attribute: string) =>
      page.evaluate((name) => document.activeElement?.getAttribute(name), attribute);
    const active = async () => {
      const id = await focused("aria-activedescendant");
      return id === null ? "" : `${await page.locator(`[id="${id}"]`).textContent()}`.replace(/\s+/g, " ");
    };
    await page.getByRole("row", { name: /nginx: master/ }).waitFor();
    await page.getByRole("tab", { name: "Processes" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await focused("id")).toBe("tab-zombies");
    await page.keyboard.press("End");
    expect(await focused("id")).toBe("tab-doctor");
    await page.keyboard.press("Home");
    await page.getByRole("row", { name: /nginx: master/ }).waitFor();
    await page.getByRole("treegrid").focus();
    await page.keyboard.press("Home");
    expect(await active()).toContain("nginx 3 processes");
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("row", { name: /nginx: master/ }).waitFor({ state: "detached" });
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await active()).toContain("nginx: master");
    await page.keyboard.press("ArrowDown");
    expect(await active()).toContain("nginx: worker");
    await page.keyboard.press("ArrowLeft");
    expect(await active()).toContain("nginx: master");
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Details of a process" }).waitFor();
    await page.keyboard.press("End");
    expect(await active()).toContain("trap 'exit 0' TERM");
  });

  test("has less motion where that is wished", async () => {
    await using at = await visit(browser(), agent.url, { reducedMotion: "reduce" });
    const moving = await at.page.evaluate(() => {
      const dialog = document.createElement("dialog");
      document.body.append(dialog);
      dialog.showModal();
      return getComputedStyle(dialog).animationName;
    });
    expect(moving).toBe("none");
  });
});
