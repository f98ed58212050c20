// Making and finding elements. Text goes in as text nodes only: there is no way here from a string to markup, whatever
// a key, a value or a name of a client holds.

/** Attributes by name; `null` and `false` leave one out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** What may stand in an element; a string becomes text. */
export type Child = Node | string | null;

/** Says to who cannot see a picture how to go through it. */
export const ARROWS: Attributes = { "aria-description": "Arrow keys go from point to point" };

/** Makes an element. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** The element of the page with this id. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Page has no #${id}`);
  return element as Type;
}

/** Sets the text of an element, if it is another. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that does something. */
export function button(
  text: string,
  act: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = make("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** A card with a heading, and what stands beside that. */
export function card(title: string, beside: readonly Child[], ...children: Child[]): HTMLElement {
  const head = make("div", { class: "row head" }, make("h2", {}, title), ...beside);
  return make("article", { class: "card" }, head, ...children);
}

/** A box that scrolls, with the mouse, a finger or the keyboard. */
export function scrolling(name: string, child: Node): HTMLElement {
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, child);
}

/** One of several, as radio buttons that look like one thing. */
export function segments(
  box: HTMLElement,
  name: string,
  choices: readonly (readonly [value: string, text: string])[],
  chosen: string,
  choose: (value: string) => void,
): void {
  for (const [value, text] of choices) {
    const input = make("input", { type: "radio", name, value, checked: value === chosen });
    input.addEventListener("change", () => choose(value));
    box.append(make("label", {}, input, text));
  }
}

/** A group of {@linkcode segments} with a name of its own. */
export function segmentBox(legend: string): HTMLElement {
  return make(
    "fieldset",
    { class: "segments" },
    make("legend", { class: "unseen" }, legend),
  );
}

/** A bar that is full to a part, and the number beside it, which alone is read out. */
export function meter(part: number, text: string): HTMLElement {
  const inside = make("i");
  inside.style.width = `${Math.min(100, Math.max(0, part * 100))}%`;
  const bar = make("span", { class: "bar-of", "aria-hidden": "true" }, inside);
  return make("span", { class: "meter" }, bar, make("span", {}, text));
}
