import { afterAll, beforeAll, describe, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's package chromium. */
const program = "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Tests of the page, in one browser for the file: skipped where it or what they need is not there, unless required. */
export function describeWithBrowser(title: string, needs: string | null, body: (browser: () => Browser) => void): void {
  const reason = needs ?? (existsSync(program) ? null : `${program} is not installed (Debian's package chromium)`);
  if (reason !== null) {
    if (process.env["REQUIRE_BROWSER_TESTS"] !== "1") {
      console.warn(`Skipped ${title}: ${reason}`);
      return void describe.skip(title, () => body(notThere));
    }
    return void test(title, () => {
      throw new Error(`Cannot run these tests: ${reason}`);
    });
  }
  describe(title, () => {
    let browser: Browser | null = null;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: program, args, chromiumSandbox: false });
    });
    afterAll(() => browser?.close());
    body(() => browser ?? notThere());
  });
}

function notThere(): never {
  throw new Error("The browser runs for as long as the tests do");
}
