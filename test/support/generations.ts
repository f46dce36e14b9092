/** Twelve keys whose texts name their generation, so that a mixture shows; one of them has another name in each. */
export function keysOf(generation: number): Record<string, string> {
  const text = `generation ${generation}\n`;
  const many = Array.from({ length: 10 }, (_, index) => [`key-${index}.conf`, text.repeat(100)]);
  return Object.fromEntries([...many, ["deep/in/it.conf", text], [`only-in-${generation}.conf`, text]]);
}
