// Light or dark: as the system has it, unless somebody chose. The choice is kept for this browser; nothing else is
// kept there.

import { byId } from "../dom/elements.ts";

const CHOICE = "slabkv-theme";

/** Has the switch work. `changed` is called whenever colours are others than before. */
export function followTheme(changed: () => void): void {
  const choice = byId<HTMLSelectElement>("theme");
  const root = document.documentElement;
  const apply = () => {
    root.dataset["theme"] = choice.value;
    changed();
  };
  const kept = localStorage.getItem(CHOICE);
  choice.value = kept === "light" || kept === "dark" ? kept : "auto";
  choice.addEventListener("change", () => {
    localStorage.setItem(CHOICE, choice.value);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  apply();
}
