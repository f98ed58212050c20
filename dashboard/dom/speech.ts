// What the page says and asks: short messages that screen readers hear, questions before something is lost, the token.
// One message at a time, and none from figures that merely move.

import { byId, setText } from "./elements.ts";
import { visibleText } from "./escapes.ts";

const SAID_MS = 6000;

/** Says things in the corner of the page. */
export class Speech {
  readonly #said = byId("said");
  #timer = 0;

  /** Says something, whoever it is from; it goes away by itself. */
  say(text: string): void {
    setText(this.#said, visibleText(text));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => setText(this.#said, ""), SAID_MS);
  }

  /** Asks before something is done; the answer is no for whoever closes the question. */
  ask(title: string, text: string, yes: string): Promise<boolean> {
    setText(byId("question-title"), title);
    setText(byId("question-text"), text);
    setText(byId("question-yes"), yes);
    return closed(byId<HTMLDialogElement>("question")).then((answer) => answer === "yes");
  }

  /** Asks for the token until there is one, and says first what is wrong with the last one. */
  async askToken(problem: string): Promise<string> {
    const text = byId<HTMLInputElement>("token-text");
    const dialog = byId<HTMLDialogElement>("token");
    for (;;) {
      setText(byId("token-problem"), problem);
      text.value = "";
      await closed(dialog);
      const token = text.value.trim();
      text.value = "";
      if (/^[\x21-\x7e]+$/.test(token)) return token;
      problem = "A token consists of plain characters without spaces.";
    }
  }
}

function closed(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
