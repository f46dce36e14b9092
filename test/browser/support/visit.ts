import { expect } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface Visit {
  readonly page: Page;
  /** Chooses a panel as a person does. */
  show(panel: string): Promise<void>;
  /** What the page has asked for, as method and path. */
  readonly asked: readonly string[];
  /** Leaves, and fails when the page has complained, broken its policy or asked somebody outside. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly panel?: string;
  /** Complaints that this visit is about. */
  readonly expected?: RegExp;
}

/** The browser's own word for an answer that is no success; a page cannot keep it from being said. */
const refused = /^Failed to load resource: (the server responded|net::ERR_(CONNECTION_REFUSED|INCOMPLETE|EMPTY))/;

/** Opens the page in a context of its own, which lets nothing through to anywhere but the agent. */
export async function visit(
  browser: Browser,
  url: string,
  { panel = "processes", expected = /^$/, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
    ...options,
  });
  const complaints: string[] = [];
  const asked: string[] = [];
  await context.route("**/*", (route) => {
    const request = route.request();
    const { origin, pathname, search } = new URL(request.url());
    asked.push(`${request.method()} ${pathname}${search}`);
    if (origin === new URL(url).origin) return route.continue();
    complaints.push(`asked ${request.url()}`);
    return route.abort();
  });
  // Violations are told in the console too; this has the details.
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
      console.error(`policy violation: ${violatedDirective} ${blockedURI} ${sourceFile}`);
    });
  });
  const page = await context.newPage();
  // Well inside of a test's own time, after which Bun ends the browser too.
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  await page.goto(`${url}/#${panel}`);
  return {
    page,
    asked,
    async show(name) {
      await page.getByRole("tab", { name }).click();
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      expect(complaints.filter((text) => !(expected.test(text) && refused.test(text)))).toEqual([]);
    },
  };
}
