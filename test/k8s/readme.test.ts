import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { manifestOf, profiles } from "../support/pod/manifests.ts";

const folder = join(import.meta.dir, "../../k8s");
const readme = readFileSync(join(folder, "README.md"), "utf8");

test("links of k8s/README.md lead to what there is", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)\s#]+)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(15);
  expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
});

test("its YAML is YAML", () => {
  const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  const plain = blocks.filter((text) => !text.includes("{{"));
  expect(plain.length).toBeGreaterThan(3);
  for (const text of plain) expect(parse(text)).toBeObject();
});

test("its tables have each profile and each alert", () => {
  const first = [...readme.matchAll(/^\| \[([\w-]+)\]\(profiles\//gm)].map(([, name]) => name as string);
  expect(first.sort()).toEqual([...profiles().keys()].sort());
  type Rules = {
    readonly spec: { readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[] };
  };
  const { spec } = manifestOf<Rules>("monitoring/rules.yaml", "PrometheusRule");
  const alerts = spec.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(new Set(readme.match(/\bSexton[A-Z]\w+/g))).toEqual(new Set(alerts));
});
