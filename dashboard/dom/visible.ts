// Texts that clients chose as nodes, with what cannot be seen written out and marked, so that no key or name can pass for
// another or for a part of the page.

import { make } from "./elements.ts";
import { escaped, HIDDEN_IN_NAME } from "./escapes.ts";

/** Most characters of a name that are shown in a list. */
export const MAX_NAME_CHARS = 200;

/** The text as nodes, escapes marked as such; cut after `maxChars`. Set apart from the direction of what is around it. */
export function visible(text: string, maxChars = MAX_NAME_CHARS): HTMLElement {
  const cut = text.length > maxChars ? text.slice(0, maxChars) : text;
  const box = make("bdi");
  let from = 0;
  for (const { 0: char, index } of cut.matchAll(HIDDEN_IN_NAME)) {
    if (index > from) box.append(cut.slice(from, index));
    box.append(make("span", { class: "escape" }, escaped(char)));
    from = index + char.length;
  }
  box.append(cut.slice(from));
  if (cut.length < text.length) box.append(make("span", { class: "quiet" }, "\u2026"));
  return box;
}
