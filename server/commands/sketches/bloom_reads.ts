// BF.EXISTS, BF.MEXISTS, BF.CARD and BF.INFO: what is asked of a Bloom filter. As in RedisBloom a key that holds
// something else has no item.

import { type BloomFilter, Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { WRONG_TYPE } from "../failures.ts";
import { mayProbe, NOT_FOUND, openBloom } from "./bloom_filters.ts";
import { plainly } from "./refusals.ts";

/** What RedisBloom's own structures take, for a chain and for each filter of it. */
const CHAIN_BYTES = 32;
const FILTER_BYTES = 64;
const UNKNOWN_FACT = plainly("Invalid information value");

/** BF.EXISTS key item: whether it seems to have been added. As in RedisBloom what is no filter has nothing. */
export function bfExists(context: CommandContext, args: Args, reply: Reply): void {
  const isFound = openBloom(context, args, true) === Opening.found;
  const { bloom } = context.sketches;
  reply.boolean(isFound && bloom.has(args.bytes, args.starts[1]!, args.lengths[1]!));
}

/** BF.MEXISTS key item…: the same of each. */
export function bfMexists(context: CommandContext, args: Args, reply: Reply): void {
  const isFound = openBloom(context, args, true) === Opening.found;
  const { bloom } = context.sketches;
  const items = args.count - 1;
  if (isFound && !mayProbe(context, bloom, items, reply)) return;
  reply.array(items);
  for (let i = 1; i <= items; i++) {
    reply.boolean(isFound && bloom.has(args.bytes, args.starts[i]!, args.lengths[i]!));
  }
}

/** BF.CARD key: how many items were added that were new. */
export function bfCard(context: CommandContext, args: Args, reply: Reply): void {
  const opening = openBloom(context, args, true);
  if (opening === Opening.wrongType) return reply.fail(WRONG_TYPE);
  reply.integer(opening === Opening.absent ? 0 : sumsOf(context.sketches.bloom).items);
}

/** What all filters of a chain have together. */
function sumsOf(bloom: BloomFilter): { capacity: number; bytes: number; items: number } {
  const sums = { capacity: 0, bytes: CHAIN_BYTES, items: 0 };
  bloom.enterLast();
  do {
    const { bits, capacity, items } = bloom.facts;
    sums.capacity += capacity;
    sums.bytes += FILTER_BYTES + bits / 8;
    sums.items += items;
  } while (bloom.enterBefore());
  return sums;
}

/** BF.INFO key [CAPACITY | SIZE | FILTERS | ITEMS | EXPANSION]: all of these, or one. */
export function bfInfo(context: CommandContext, args: Args, reply: Reply): void {
  const opening = openBloom(context, args, true);
  if (opening !== Opening.found) {
    return reply.fail(opening === Opening.absent ? NOT_FOUND : WRONG_TYPE);
  }
  const { bloom } = context.sketches;
  const { bytes, capacity, items } = sumsOf(bloom);
  const facts: readonly (readonly [word: string, name: string, value: number | null])[] = [
    ["CAPACITY", "Capacity", capacity],
    ["SIZE", "Size", bytes],
    ["FILTERS", "Number of filters", bloom.count],
    ["ITEMS", "Number of items inserted", items],
    ["EXPANSION", "Expansion rate", bloom.isFixed ? null : bloom.growth],
  ];
  const wanted = args.count > 1 ? tokenOf(args, 1) : "";
  const shown = args.count > 1 ? facts.filter(([word]) => word === wanted) : facts;
  if (shown.length === 0) return reply.fail(UNKNOWN_FACT);
  const isBare = args.count > 1 && context.session.protocol === 2;
  if (isBare) reply.array(1);
  else reply.map(shown.length);
  for (const [, name, value] of shown) {
    if (!isBare) reply.status(name);
    if (value === null) reply.miss();
    else reply.integer(value);
  }
}
