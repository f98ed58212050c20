// The colours of the style sheet for what is drawn on a canvas: resolved, so that light and dark are as on the rest of
// the page. Asked for anew whenever those change.

import { make } from "../dom/elements.ts";

/** Colours by the names of their custom properties, without the dashes. */
export class Palette {
  readonly #known = new Map<string, string>();

  /** The colour as a canvas takes it. */
  colour(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const probe = make("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    this.#known.set(name, color);
    return color;
  }

  /** Colours are others from now on. */
  forget(): void {
    this.#known.clear();
  }
}
