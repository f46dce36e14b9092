import { apiPage } from "./api.ts";
import { cliPage } from "./cli.ts";
import { configPage } from "./config.ts";
import { eventsPage } from "./events.ts";
import { readHelp } from "./help.ts";

/** The pages of docs/reference, by file name. */
export function referencePages(): Readonly<Record<string, string>> {
  const help = readHelp();
  return {
    "cli.md": cliPage(help),
    "config.md": configPage(help),
    "api.md": apiPage(),
    "events.md": eventsPage(),
  };
}
