/** A watch as it is written, before anything of it is checked. */
export type WrittenWatch = Record<string, unknown>;

const shape = "name=/etc/nginx,target=app,settle=1s";

/**
 * `nginx=/etc/nginx/conf.d:/etc/nginx/nginx.conf,target=app,proof.wait=5s`, several with semicolons between them: how flags
 * and variables say what the file says. A sentence for what is none.
 */
export function parseWatches(text: string): readonly WrittenWatch[] | string {
  const watches: WrittenWatch[] = [];
  for (const part of text.split(";").map((part) => part.trim())) {
    if (part === "") continue;
    const watch = parseWatch(part);
    if (typeof watch === "string") return watch;
    watches.push(watch);
  }
  return watches;
}

function parseWatch(text: string): WrittenWatch | string {
  const [first = "", ...others] = text.split(",").map((item) => item.trim());
  const [, name, paths] = /^(?:([^/=]*)=)?(\/.*)$/.exec(first) ?? [];
  if (paths === undefined) return `expected a path first, as in ${shape}, found "${first}"`;
  const watch: WrittenWatch = { paths: paths.split(":").filter((path) => path !== "") };
  if (name !== undefined) watch["name"] = name;
  for (const item of others) {
    const [, key, value] = /^([A-Za-z.]+)=(.*)$/s.exec(item) ?? [];
    if (key === undefined) return `expected key=value, as in ${shape}, found "${item}"`;
    if (!place(watch, key.split("."), value)) return `expected each key once, as in ${shape}, found "${item}"`;
  }
  return watch;
}

/** False: there is something else already. */
function place(into: WrittenWatch, [key = "", ...rest]: readonly string[], value: unknown): boolean {
  if (rest.length === 0) {
    if (Object.hasOwn(into, key)) return false;
    into[key] = value;
    return true;
  }
  if (!Object.hasOwn(into, key)) into[key] = {};
  const inner = into[key];
  return typeof inner === "object" && inner !== null && place(inner as WrittenWatch, rest, value);
}
