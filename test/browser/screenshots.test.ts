import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Agent } from "../support/binary.ts";
import { describeWithBrowser } from "./support/browser.ts";
import { createStage, type Stage, stageProblem } from "./support/stage.ts";
import { type Visit, visit } from "./support/visit.ts";

const folder = join(import.meta.dir, "..", "..", "docs", "screenshots");
/** The repository keeps them for good. */
const mostBytes = 200_000;
const wanted = process.env["UPDATE_SCREENSHOTS"] === "1" ? stageProblem : "only made with UPDATE_SCREENSHOTS=1";
const desktop = { width: 1280, height: 720 };
const phone = { width: 390, height: 780 };

// What is asked for and cannot be had is an error; what is not asked for is not even skipped.
if (wanted !== "only made with UPDATE_SCREENSHOTS=1") {
  describeWithBrowser("the pictures of docs/screenshots", wanted, (browser) => {
    let stage: Stage;
    let agent: Agent;
    beforeAll(async () => {
      mkdirSync(folder, { recursive: true });
      stage = await createStage({ hostile: false });
      agent = await stage.agent({ config: "zombies: { minAge: 1s }" });
    });
    afterAll(() => stage?.close());

    const take = async (page: Page, name: string) => {
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path, animations: "disabled" });
      expect(statSync(path).size).toBeLessThan(mostBytes);
    };

    const scenes: Readonly<Record<string, (at: Visit, look: string) => Promise<unknown>>> = {
      async processes({ page }) {
        await page.getByRole("row", { name: /nginx: master/ }).waitFor();
        // Until the descriptors of what can be seen are counted.
        await Bun.sleep(4_000);
        if (page.viewportSize()?.width === phone.width) return;
        await page.getByRole("row", { name: /nginx: master/ }).click();
        await page.getByText("SIGTERM handled").waitFor();
      },
      zombies: ({ page }) => page.getByRole("cell", { name: "exit 7" }).waitFor(),
      async signals({ page }) {
        await page.getByRole("button", { name: "Send reload to web" }).click();
        await page.getByText("Would send SIGHUP").waitFor();
        await page.getByRole("button", { name: "Send SIGHUP" }).click();
        await page.getByText("workers-replaced").waitFor();
      },
      async reloads({ page }, look) {
        stage.web.write(look);
        await page.getByRole("cell", { name: "confirmed" }).first().waitFor();
      },
      register: ({ page }) => page.getByRole("row", { name: /agent.started/ }).waitFor(),
      async charts({ page }) {
        await page.locator("canvas").first().waitFor();
        // Long enough for lines to be seen.
        await Bun.sleep(12_000);
      },
      doctor: ({ page }) => page.getByRole("heading", { name: "What the kernel offers" }).waitFor(),
    };

    for (const [look, options, only] of [
      ["light", { viewport: desktop, colorScheme: "light" }, Object.keys(scenes)],
      ["dark", { viewport: desktop, colorScheme: "dark" }, ["processes", "register", "charts"]],
      ["phone", { viewport: phone, colorScheme: "light" }, ["processes", "zombies", "signals"]],
    ] as const) {
      test(`${look}`, async () => {
        await using at = await visit(browser(), agent.url, options);
        for (const name of only) {
          await at.page.getByRole("tab", { name, exact: false }).click();
          await scenes[name]?.(at, look);
          await take(at.page, `${name}-${look}`);
          await at.page.keyboard.press("Escape");
        }
      }, 60_000);
    }
  });
}
