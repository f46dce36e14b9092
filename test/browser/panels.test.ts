import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Agent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { describeWithBrowser } from "./support/browser.ts";
import { createStage, hostileArgument, type Stage, stageProblem } from "./support/stage.ts";
import { visit } from "./support/visit.ts";

describeWithBrowser("the panels of the page", stageProblem, (browser) => {
  let stage: Stage;
  let agent: Agent;
  beforeAll(async () => {
    stage = await createStage();
    agent = await stage.agent({ config: "zombies: { minAge: 1s }" });
  });
  afterAll(() => stage?.close());

  test("processes stand by container in their tree, with what is known of the one that is chosen", async () => {
    await using at = await visit(browser(), agent.url);
    const { page } = at;
    const grid = page.getByRole("treegrid", { name: "Processes" });
    const master = grid.getByRole("row", { name: /nginx: master process/ });
    await master.waitFor();
    for (const name of [
      "nginx 3 processes",
      "worker 3 zombies 8 processes",
      "sexton self 1 process",
      "pause pause 1 process",
    ])
      await grid.getByRole("row", { name, expanded: true }).first().waitFor();
    expect(await grid.getByRole("row", { name: /nginx: worker process/, level: 3 }).count()).toBe(2);
    // Descriptors are counted one row after the other.
    await eventually("the master's descriptors", async () => {
      return /^\d+$/.test(`${await master.locator(".fds").textContent()}`);
    });
    await page.getByRole("searchbox", { name: "Filter processes" }).fill("master");
    await eventually("the filter", async () => (await grid.getByRole("row").count()) === 3);
    await master.click();
    const details = page.getByRole("complementary", { name: "Details of a process" });
    await details.getByText("SIGTERM handled").waitFor();
    expect(await details.textContent()).toMatch(/Caught\s*SIGHUP/);
    await page.keyboard.press("Escape");
    await details.waitFor({ state: "detached" });
  });

  test("threads are counted as they come, of each process and of its container", async () => {
    const threads =
      'setTimeout(() => { for (const _ of "123") new Worker("data:text/javascript,setInterval(() => {}, 1e6)"); }, 4_000);';
    const program = stage.run("threads", [process.execPath, "-e", `${threads} setInterval(() => {}, 1e6)`]);
    await using at = await visit(browser(), agent.url);
    const row = at.page.getByRole("row", { name: /1e6/ }).last();
    const group = at.page.getByRole("row", { name: /^▾?threads 1 process/ });
    const counted = async (where: typeof row) => Number(await where.locator(".threads").textContent());
    await row.waitFor();
    const before = await counted(row);
    expect(before).toBeGreaterThan(0);
    await eventually("three more", async () => (await counted(row)) >= before + 3);
    expect(await counted(group)).toBeGreaterThanOrEqual(before + 3);
    program.kill("SIGKILL");
    await program.exited;
  });

  test("a name and an argument that would be HTML or turn the line around are text, and visibly so", async () => {
    await using at = await visit(browser(), agent.url);
    const row = at.page.getByRole("row", { name: /^▾?<img .*onerror/ });
    await row.waitFor();
    expect(await row.locator(".name").textContent()).toBe("<img src=x>\\u202e");
    expect(await row.locator(".args").textContent()).toEndWith(
      hostileArgument.replace("\u202e", "\\u202e").replace("\u0007", "\\x07"),
    );
    expect(await at.page.locator("img").count()).toBe(0);
  });

  test("the register tells what happens as it happens, by type and by text", async () => {
    await using at = await visit(browser(), agent.url, { panel: "register" });
    const { page } = at;
    const grid = page.getByRole("grid", { name: /Register/ });
    await page.getByText("live", { exact: true }).waitFor();
    // Whatever else the machine does: the list shows no more than fits.
    const search = page.getByRole("searchbox");
    await search.fill("sleep");
    stage.run("worker", ["sleep", "1.1"]);
    await grid
      .getByRole("row", { name: /process.started .*sleep 1.1/ })
      .first()
      .waitFor();
    await grid.getByRole("row", { name: /process.exited .*sleep.*after \d/ }).waitFor();
    await search.fill("");
    await page.getByRole("button", { name: "zombie" }).click();
    await grid
      .getByRole("row", { name: /zombie.detected/ })
      .first()
      .waitFor();
    expect(await grid.getByRole("row", { name: /process\./ }).count()).toBe(0);

    await search.fill("exit code 7,");
    await eventually("the filter", async () => (await grid.getByRole("row").count()) === 2);
    await grid.getByRole("row", { name: /exit code 7/ }).click();
    await page.getByRole("complementary", { name: "Details of an event" }).getByText('"exitCode": 7').waitFor();
  });

  test("charts draw what the page has seen, by container, with what it is now", async () => {
    await using at = await visit(browser(), agent.url, { panel: "charts" });
    for (const title of ["CPU", "Memory", "Processes", "Zombies", "Pids"]) {
      const chart = at.page.getByRole("figure", { name: title, exact: false }).first();
      await chart.locator("canvas").waitFor();
      await chart.locator("li b").first().getByText(/\d/).waitFor();
    }
    await at.page
      .getByRole("figure", { name: /Memory/ })
      .getByText("nginx")
      .waitFor();
    // Something is drawn.
    const drawn = await at.page
      .locator("canvas")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return pixels.some((value) => value !== 0);
      });
    expect(drawn).toBe(true);
  });

  test("the doctor says what was found, why it matters and what mends it", async () => {
    await using at = await visit(browser(), agent.url, { panel: "doctor" });
    const { findings } = await agent.json("/doctor");
    for (const { title, seen } of findings) {
      await at.page.getByRole("heading", { name: title }).first().waitFor();
      await at.page
        .getByText(seen.split("\n")[0].replace(/\d+ s$/, ""))
        .first()
        .waitFor();
    }
    await at.page.getByRole("heading", { name: "What the kernel offers" }).waitFor();
  });

  test("only what is looked at is asked for, and nothing while nobody looks", async () => {
    await using at = await visit(browser(), agent.url, { panel: "zombies" });
    await at.page.getByRole("heading", { name: /pid/ }).first().waitFor();
    const paths = new Set(at.asked.map((line) => line.replace(/\?.*/, "")));
    for (const path of ["GET /signal", "GET /reloads", "GET /doctor", "GET /events"]) expect(paths).not.toContain(path);
    await at.page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await Bun.sleep(300);
    const before = at.asked.length;
    await Bun.sleep(4_000);
    expect(at.asked.slice(before)).toEqual([]);
  });
});
