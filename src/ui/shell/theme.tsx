import { type Theme, usePage } from "#ui/context.ts";
import { createValue, useValue, type Value } from "#ui/value.ts";

const key = "sexton-theme";
const next: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

/** What was chosen before, in this browser. */
export function createTheme(storage: Storage, root: HTMLElement): Value<Theme> {
  const stored = storage.getItem(key);
  const theme = createValue<Theme>(stored === "light" || stored === "dark" ? stored : "system");
  const apply = () => {
    const chosen = theme.get();
    storage.setItem(key, chosen);
    if (chosen === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = chosen;
  };
  theme.listen(apply);
  apply();
  return theme;
}

export function ThemeButton() {
  const { theme } = usePage();
  const chosen = useValue(theme);
  return (
    <button type="button" class="quiet theme" onClick={() => theme.set(next[chosen])}>
      <span class="word">theme: </span>
      {chosen}
    </button>
  );
}
