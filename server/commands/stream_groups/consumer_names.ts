// The names of a group's consumers by number, each looked up once for a command: what is pending has the numbers. Knows
// no answer.

import type { CommandContext } from "../../contract/command.ts";

/** Names of consumers of the open group. */
export class ConsumerNames {
  readonly #context: CommandContext;
  readonly #names = new Map<number, Uint8Array>();

  /** None is looked up yet. */
  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** The name of the consumer of this number. The stream's cursor moves where it was not looked up before. */
  of(number: number): Uint8Array {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const { group, consumer } = this.#context.views.groups;
    const name = consumer.nameOf(group, number);
    this.#names.set(number, name);
    return name;
  }
}
