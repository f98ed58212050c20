// RANDOMKEY: walks from a random place to the first key of the database. Shards that have none are passed
// over. Where keys of other databases lie between, that may take a while, in turns with other work.

import { bucketTotal } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";
import { inSlices } from "../deferred_answer.ts";
import { BUSY } from "../failures.ts";
import { Walk } from "./scan.ts";

/** RANDOMKEY: some key, or a miss where there is none. */
export function randomkey(
  context: CommandContext,
  _args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const search = new Search(context);
  if (context.holdsAll) {
    while (!search.step());
    return search.answer(reply);
  }
  return inSlices(context, reply, () => search.step(), () => search.answer(reply));
}

function randomBelow(count: number): number {
  return Math.floor(Math.random() * count);
}

/** A search for one key. */
class Search {
  readonly #walk: Walk;
  readonly #shards: CommandContext["cache"]["shards"];
  /** The shard that is searched, and how many there are after it. */
  #shard: number;
  #shardsLeft: number;
  /** Whether the walk has come to the shard's end, and now looks at it from its start. */
  #isSecond = false;
  #key: Uint8Array | null = null;
  #isBusy = false;

  constructor(context: CommandContext) {
    const { shards } = context.cache;
    this.#shard = randomBelow(shards.length);
    this.#shardsLeft = shards.length - 1;
    this.#shards = shards;
    this.#walk = new Walk(context, this.#shard, this.#randomBucket());
  }

  /** Looks at the next buckets. Returns whether the search is over. */
  step(): boolean {
    const walk = this.#walk;
    if (walk.isBare) return this.#nextShard();
    this.#isBusy = !walk.step(1);
    if (this.#isBusy) return true;
    // Inside EXEC it ends in any case; later commands have less time.
    walk.mayGoOn();
    const { count, bytes, starts, lengths } = walk.batch;
    if (count > 0) {
      this.#key = bytes.slice(starts[0]!, starts[0]! + lengths[0]!);
      return true;
    }
    if (walk.shard === this.#shard) return false;
    if (this.#isSecond) return this.#nextShard();
    this.#isSecond = true;
    walk.shard = this.#shard;
    return false;
  }

  /** Goes to the next shard. Returns whether there is none. */
  #nextShard(): boolean {
    if (this.#shardsLeft-- === 0) return true;
    this.#shard = (this.#shard + 1) % this.#shards.length;
    this.#walk.shard = this.#shard;
    this.#walk.bucket = this.#randomBucket();
    this.#isSecond = false;
    return false;
  }

  /** Any bucket of the shard that is searched. */
  #randomBucket(): number {
    return randomBelow(bucketTotal(this.#shards[this.#shard]!.memory));
  }

  /** Answers with what was found. */
  answer(reply: Reply): void {
    if (this.#isBusy) reply.fail(BUSY);
    else if (this.#key === null) reply.miss();
    else answerBytes(this.#key, 0, this.#key.length, reply);
  }
}
