import { expect, test } from "bun:test";
import { UsageError } from "#base/errors.ts";
import { explainConfig } from "#config/explain.ts";
import { type ConfigSources, loadConfig } from "#config/load.ts";

const load = (given: { readonly yaml?: string } & Partial<ConfigSources>) =>
  loadConfig({
    file: given.yaml === undefined ? null : { path: "/etc/sexton.yaml", text: given.yaml },
    env: given.env ?? {},
    flags: given.flags ?? {},
    profiles: [],
  });
type Given = Parameters<typeof load>[0];

const exec = (validate: string): Given => ({ yaml: `watch: [{path: /a, validate: ${validate}}]` });
const words = (count: number) => Array<string>(count).fill("a");
const validationOf = async (given: Given) => (await load(given)).config.watch.watches[0]?.validate;
const shownOf = async (given: Given) =>
  explainConfig(await load(given)).find(({ key }) => key === "watch.watches")?.value;

test.each<[string, Given, readonly string[], number]>([
  ["a list", exec("{exec: [nginx, -t]}"), ["nginx", "-t"], 10_000],
  ["a time", exec("{exec: [a, '', b c], timeout: 2s}"), ["a", "", "b c"], 2_000],
  ["64 words", exec(`{exec: [${words(64)}]}`), words(64), 10_000],
  ["a variable", { env: { SEXTON_WATCH: "/a,validate.exec=/bin/x,validate.timeout=1m" } }, ["/bin/x"], 60_000],
])("a program validates: %s", async (_, given, command, timeoutMs) => {
  const validation = { kind: "exec", command, timeoutMs } as const;
  expect(await validationOf(given)).toEqual(validation);
  expect(await validationOf({ yaml: JSON.stringify({ watch: await shownOf(given) }) })).toEqual(validation);
});

test.each<[string, Given, string]>([
  ["no program", { flags: { watch: "/a,validate=exec" } }, 'or {exec: [nginx, -t]}, found "exec"'],
  ["words that a shell would part", { flags: { watch: "/a,validate.exec=nginx -t" } }, 'found "nginx -t"'],
  ["nothing", exec("{exec: []}"), "found []"],
  ["no name", exec('{exec: ["", a]}'), "1 to 64 words"],
  ["what is no text", exec("{exec: [sleep, 5]}"), 'found ["sleep",5]'],
  ["a zero byte", exec('{exec: ["a\\0b"]}'), "1 to 64 words"],
  ["too many words", exec(`{exec: [${words(65)}]}`), "1 to 64 words"],
  ["two validations", exec("{exec: [nginx], http: 'http://127.0.0.1/'}"), "found exec beside another one"],
  ["a mistyped key", exec("{exce: [nginx]}"), '"exec"'],
])("refuses %s", async (_, given, part) => {
  const outcome = await load(given).catch((cause: unknown) => cause);
  expect(outcome).toBeInstanceOf(UsageError);
  expect((outcome as UsageError).message).toContain(part);
  expect((outcome as UsageError).message).toMatch(/^Cannot use [^\n]+$/);
});

test("what is shown of the words holds no password of a URL", async () => {
  const shown = JSON.stringify(await shownOf(exec("{exec: [curl, 'http://u:hunter2@127.0.0.1/c']}")));
  expect(shown).toContain("http://***@127.0.0.1/c");
  expect(shown).not.toContain("hunter2");
});
