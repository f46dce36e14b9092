import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Agent, startAgent } from "../support/binary.ts";
import { describeWithBrowser } from "./support/browser.ts";
import { visit } from "./support/visit.ts";

const tokens = { read: "a-token-that-may-read-0001", operate: "a-token-that-may-operate-02" } as const;

describeWithBrowser("the page of an agent with tokens", null, (browser) => {
  const folder = mkdtempSync(join(tmpdir(), "sexton-tokens-"));
  let agent: Agent;
  beforeAll(async () => {
    const lines = Object.entries(tokens).map(([role, token]) => {
      return `${role} ${role}er sha256:${new Bun.CryptoHasher("sha256").update(token).digest("hex")}\n`;
    });
    writeFileSync(join(folder, "tokens"), lines.join(""), { mode: 0o600 });
    agent = await startAgent({ args: ["--auth-tokens-file", join(folder, "tokens")] });
  });
  afterAll(async () => {
    await agent?.stop();
    rmSync(folder, { recursive: true });
  });

  const logIn = async (page: Page, token: string) => {
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
  };

  test("asks for one, says when it is not one, and shows nothing until it is", async () => {
    await using at = await visit(browser(), agent.url, { expected: /401/ });
    const { page } = at;
    await page.getByRole("heading", { name: "Token" }).waitFor();
    expect(await page.getByRole("tablist").count()).toBe(0);
    expect(await page.getByText("Read only").count()).toBe(0);
    await logIn(page, "nobodys");
    await page.getByText("is not one of those in the tokens file").waitFor();
    await logIn(page, tokens.operate);
    await page.getByRole("treegrid", { name: "Processes" }).waitFor();
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.getItem("sexton-token")])).toEqual([1, null]);
  });

  test("keeps it for the tab, sends it with the stream too, and forgets it when that is asked", async () => {
    await using at = await visit(browser(), agent.url, { expected: /401/, panel: "register" });
    const { page } = at;
    await logIn(page, tokens.operate);
    await page.getByText("live", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Token" }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test("a token that may only read sees everything, and each button says why it does nothing", async () => {
    await using at = await visit(browser(), agent.url, { expected: /401/ });
    const { page } = at;
    await logIn(page, tokens.read);
    await page.getByText("Read only: to change something needs role operate, and this is read.").waitFor();
    // Of many, only those are in the document that can be seen.
    await page.getByRole("searchbox", { name: "Filter processes" }).fill("bun");
    await page.getByRole("row", { name: /bun/ }).last().click();
    const button = page.getByRole("button", { name: "Send a signal…" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    expect(await page.locator(`#${await button.getAttribute("aria-describedby")}`).textContent()).toContain(
      "Read only",
    );
    // A button that is disabled so can still be pressed by a keyboard, and then does nothing.
    await button.press("Enter");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(at.asked.filter((line) => line.startsWith("POST"))).toEqual([]);
  });
});
