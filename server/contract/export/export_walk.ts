// What an export is made of: all items of all databases, as commands, a piece at a time. Strings come by the batch,
// each collection after its batch in pieces of its own. Holds one lock at a time, briefly, and none between two
// steps. Whoever walks sees to the memory for long items.

import { type Cache, hasMembers, type ItemType } from "../../../cache/mod.ts";
import { CommandWriter } from "./export_commands.ts";
import { BATCH_BYTES, ItemWalk, type WalkStep } from "./item_walk.ts";
import { MemberWalk, STEP_BYTES } from "./member_walk.ts";

/** A walk over a cache. */
export class ExportWalk {
  /** The commands of the latest step, or null where it has found nothing. */
  output: Uint8Array<ArrayBuffer> | null = null;
  readonly #items: ItemWalk;
  readonly #members: MemberWalk;
  readonly #writer = new CommandWriter();
  /** The item of the batch to look at next, where its key begins, and whether its members are being walked over. */
  #at = 0;
  #keyAt = 0;
  #isInside = false;
  /** Collections of the batch that are still to come. */
  #left = 0;

  constructor(cache: Cache) {
    this.#items = new ItemWalk(cache);
    this.#members = new MemberWalk(cache);
  }

  /** Takes the next items, or members. */
  step(): WalkStep {
    this.output = null;
    const { batch } = this.#items;
    if (!this.#isInside && !this.#findCollection()) {
      const step = this.#items.step();
      this.#at = 0;
      this.#keyAt = 0;
      if (step !== "more") return step;
      this.#left = batch.types.subarray(0, batch.count).filter((type) =>
        hasMembers(type as ItemType)
      )
        .length;
      if (batch.count > 0) this.output = this.#writer.write(batch, this.#items.database);
      return "more";
    }
    const step = this.#members.step();
    if (step === "busy" || step === "tooLong") return step;
    if (step === "done") this.#isInside = false;
    this.output = joined(this.#members.take());
    return "more";
  }

  /** Begins with the next collection of the batch. Returns false where there is none. */
  #findCollection(): boolean {
    const { batch, storedDatabase } = this.#items;
    while (this.#left > 0) {
      const i = this.#at++;
      const start = this.#keyAt;
      const end = start + batch.keyLengths[i]!;
      this.#keyAt = end + batch.valueLengths[i]!;
      if (!hasMembers(batch.types[i] as ItemType)) continue;
      this.#left--;
      this.#members.begin(storedDatabase, batch.bytes.subarray(start, end));
      this.#isInside = true;
      return true;
    }
    return false;
  }

  /** Bytes that are held for what is copied. */
  get heldBytes(): number {
    return Math.max(this.#items.batch.bytes.length, this.#members.allowance);
  }

  /** Bytes that are needed for what was too long. */
  get neededBytes(): number {
    return this.#isInside ? this.#members.neededBytes : this.#items.batch.neededBytes;
  }

  /** Makes space for what was too long. */
  grow(): void {
    if (this.#isInside) this.#members.allowance = this.#members.neededBytes;
    else this.#items.grow();
  }

  /** Lets go of that space, once what is in it is not needed any more. */
  shrink(): void {
    this.#members.allowance = STEP_BYTES;
    if (this.#left === 0 && !this.#isInside) this.#items.shrink();
  }

  /** Bytes that are held where nothing is too long. */
  static readonly usualBytes: number = Math.max(BATCH_BYTES, STEP_BYTES);
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> | null {
  if (parts.length <= 1) return parts[0] ?? null;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
