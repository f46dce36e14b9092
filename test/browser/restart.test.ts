import { afterAll, beforeAll, expect, test } from "bun:test";
import { describeWithBrowser } from "./support/browser.ts";
import { createStage, type Stage, type StagedAgent, stageProblem } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

describeWithBrowser("the page of an agent that is started again", stageProblem, (browser) => {
  let stage: Stage;
  let agent: StagedAgent;
  beforeAll(async () => {
    stage = await createStage();
    agent = await stage.agent();
  });
  afterAll(() => stage?.close());

  test("says that nobody answers, then goes on by itself, and tells the gap in the register", async () => {
    await using at = await visit(browser(), agent.url, { panel: "register", expected: /./ });
    const { page } = at;
    const grid = page.getByRole("grid", { name: /Register/ });
    await grid.getByRole("row", { name: /agent.started/ }).waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await agent.end("SIGKILL");
    await page.getByRole("alert").getByText("Nobody answers").waitFor();
    await page.getByText("connection lost").waitFor();
    const again = await stage.agent({ args: ["--listen", new URL(agent.url).host] });
    expect(again.url).toBe(agent.url);
    await page.getByText("live", { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByRole("alert").waitFor({ state: "detached" });
    await grid.getByRole("row", { name: /events.lost .*started again/ }).waitFor();
    await page.getByText("1 gap").waitFor();
    stage.run("worker", ["sleep", "1.1"]);
    await grid
      .getByRole("row", { name: /process.exited .*sleep/ })
      .first()
      .waitFor();
    // It has resumed: what was told before is told once.
    expect(await grid.getByRole("row", { name: /agent.started/ }).count()).toBe(2);
    const resumed = at.asked.filter((line) => line.startsWith("GET /events"));
    expect(resumed.filter((line) => line.includes("limit="))).toHaveLength(1);
  });
});
