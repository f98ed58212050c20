// Names of figures that say on demand what they mean: a button opens the text, as does the keyboard, and Escape closes
// it. The texts are those of the server's table of metrics.

import type { MetricFacts } from "../../server/observe/facts/answers.ts";
import { make } from "./elements.ts";

/** Has the texts, once they have come. */
export class Hints {
  readonly #help = new Map<string, string>();
  #count = 0;

  /** Takes what the server says of its metrics. */
  learn({ metrics }: MetricFacts): void {
    for (const { name, help } of metrics) this.#help.set(name, help);
  }

  /** A name with its hint: `text`, and what the metric means where the server tells. */
  label(name: string, text: string, metric: string | null): HTMLElement {
    const id = `hint-${this.#count++}`;
    const box = make("div", { id, class: "hint-text", popover: "auto" });
    const opener = make("button", { type: "button", class: "plain hint", popovertarget: id }, name);
    box.addEventListener("beforetoggle", (event) => {
      if (event.newState !== "open") return;
      const help = metric === null ? undefined : this.#help.get(metric);
      box.replaceChildren(text);
      if (help !== undefined) box.append(make("code", {}, `${metric}: ${help}`));
      const { left, bottom } = opener.getBoundingClientRect();
      box.style.left = `${Math.max(12, Math.min(left, innerWidth - 332))}px`;
      box.style.top = `${bottom + 6}px`;
    });
    return make("span", {}, opener, box);
  }
}
