// Which answers of a batch are those of writes. They have to wait until what they say is on the disk, and
// where that cannot be, they become errors; the answers between them stay. Used under `--fsync always`.

import type { CommandContext } from "../contract/command.ts";
import { grownPlaces } from "../contract/growing_bytes.ts";
import type { Durability } from "../contract/persistence/durability.ts";
import { askerOf, whenOnDisk } from "../commands/server/slow_runs.ts";
import { NOT_DURABLE } from "../commands/failures.ts";
import type { RawReply } from "./protocols.ts";

/** The writes of one batch. */
export class WriteMarks {
  readonly #durability: Durability;
  #context: CommandContext;
  /** Where answers of writes begin and end, in turn. */
  #places: Int32Array = new Int32Array(16);
  #count = 0;
  /** Whether anything was written. */
  hasWritten = false;
  /** Where the next answer begins. */
  #at = 0;
  #writes = 0;
  #commits = 0;

  constructor(durability: Durability, context: CommandContext) {
    this.#durability = durability;
    this.#context = context;
  }

  /** Commands begin to run in `context`, and `used` bytes of answers are there. */
  begin(context: CommandContext, used: number): void {
    this.#context = context;
    this.#writes = context.writes;
    this.#commits = this.#durability.commits;
    this.#count = 0;
    this.hasWritten = false;
    this.#at = used;
  }

  /** A command has run, and its answer ends at `end`. Others may have run meanwhile if it took its time. */
  note(end: number, tookTime: boolean): void {
    const { writes } = this.#context;
    const { commits } = this.#durability;
    if (writes !== this.#writes && (tookTime || commits !== this.#commits)) this.#add(end);
    this.#writes = writes;
    this.#commits = commits;
    this.#at = end;
  }

  #add(end: number): void {
    this.hasWritten = true;
    // An answer that is kept back cannot become an error.
    if (end <= this.#at) return;
    if (this.#count + 2 > this.#places.length) {
      this.#places = grownPlaces(this.#places, this.#count + 2);
    }
    this.#places[this.#count++] = this.#at;
    this.#places[this.#count++] = end;
  }

  /** Resolves when the answers on `reply` may be sent. */
  settle(reply: RawReply): Promise<void> {
    this.hasWritten = false;
    return this.#settle(reply, this.#places, this.#count);
  }

  /**
   * The answers before that of the command in work are on `ahead` now, and that one is the first on its reply. Resolves
   * when they may be sent; null: at once.
   */
  part(ahead: RawReply): Promise<void> | null {
    const { hasWritten } = this;
    const places = this.#places;
    const count = this.#count;
    this.#places = new Int32Array(16);
    this.begin(this.#context, 0);
    return hasWritten ? this.#settle(ahead, places, count) : null;
  }

  async #settle(reply: RawReply, places: Int32Array, count: number): Promise<void> {
    const { session, server } = this.#context;
    const durable = this.#durability.wait();
    const isDurable = await whenOnDisk(durable, server.slow, () => askerOf(session));
    if (!isDurable) reply.replace(places, count, NOT_DURABLE);
  }
}
