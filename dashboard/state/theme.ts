// Light or dark: as the system has it, unless somebody chose. The choice is kept for this browser; nothing else is
// kept there.

import { byId } from "../dom/elements.ts";
import { Kept } from "./kept.ts";

const CHOICE = "slabkv-theme";

/** Has the switch work. `changed` is called whenever colours are others than before. */
export function followTheme(changed: () => void): void {
  const kept = new Kept(() => localStorage);
  const choice = byId<HTMLSelectElement>("theme");
  const root = document.documentElement;
  const apply = () => {
    root.dataset["theme"] = choice.value;
    changed();
  };
  const chosen = kept.get(CHOICE);
  choice.value = chosen === "light" || chosen === "dark" ? chosen : "auto";
  choice.addEventListener("change", () => {
    kept.set(CHOICE, choice.value);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  apply();
}
