// Writes docs/reference from the code: the table of commands, the schema of settings, the OpenAPI document and the types of
// events. test/docs.test.ts fails when what is there is another.
import { join } from "node:path";
import { referencePages } from "./docs/pages.ts";

const folder = join(import.meta.dir, "..", "docs", "reference");
for (const [name, text] of Object.entries(referencePages())) await Bun.write(join(folder, name), text);
