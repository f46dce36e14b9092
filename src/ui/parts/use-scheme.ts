import { useEffect, useState } from "preact/hooks";
import type { Theme } from "#ui/context.ts";
import { useValue, type Value } from "#ui/value.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** What the page looks like, whoever decided it. */
export function useScheme(theme: Value<Theme>): "light" | "dark" {
  const chosen = useValue(theme);
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const change = () => setDark(dark.matches);
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);
  if (chosen !== "system") return chosen;
  return isDark ? "dark" : "light";
}
