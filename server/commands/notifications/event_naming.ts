// The events of one command while they are given their names: which there are, whose command it was, and what has been
// said of them so far.

import {
  CLIENT_DATABASE,
  DATABASE_COUNT,
  type KeyEvents,
  type Region,
  storedDatabase,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import { sameBytes } from "../../contract/same_bytes.ts";

/** The events of one command. */
export class EventNaming {
  /** All events that were noted; those of the command begin at `from`. */
  readonly events: KeyEvents;
  /** The command's arguments. */
  readonly args: Args;
  readonly #region: Region;
  /** The database of the client, as it is called and as it is stored. */
  readonly #number: number;
  readonly #stored: number;

  /** Begins with the events that have no name yet, and that a command of a client in this database has caused. */
  constructor(region: Region, events: KeyEvents, args: Args, number: number, stored: number) {
    this.#region = region;
    this.events = events;
    this.args = args;
    this.#number = number;
    this.#stored = stored;
  }

  /** The places of the command's events. */
  *places(): Generator<number, void> {
    const { events } = this;
    for (let place = events.named; place < events.count; place++) yield place;
  }

  /** Whether the event at `place` is of the key that is argument `index`. */
  isKey(place: number, index: number): boolean {
    const { args: { bytes, starts, lengths }, events } = this;
    const start = events.startOf(place);
    const length = events.endOf(place) - start;
    return length === lengths[index] &&
      sameBytes(bytes, starts[index]!, events.bytes, start, length);
  }

  /** The next event to be told of is number `number`, of the key at `place`. */
  tell(number: number, place: number): void {
    this.events.name(number, place, this.#numberOf(this.events.databaseOf(place)));
  }

  /** What clients call a stored database. */
  #numberOf(stored: number): number {
    if (stored === CLIENT_DATABASE || stored === this.#stored) return this.#number;
    for (let number = 0; number < DATABASE_COUNT; number++) {
      if (storedDatabase(this.#region, number) === stored) return number;
    }
    return 0;
  }
}
