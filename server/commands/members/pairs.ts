// Lists of pairs, such as members with their scores: version 2 of the Redis protocol has both in turn in
// one list, version 3 a list for each pair. The REST commands have the former.

import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";

/** Whether pairs are lists of their own for the client that asks. */
export function hasNestedPairs({ session }: CommandContext): boolean {
  return session.protocol === 3;
}

/** Begins a list of `count` pairs. */
export function beginPairs(isNested: boolean, count: number, reply: Reply): void {
  reply.array(isNested ? count : 2 * count);
}

/** Begins one of them; its two outcomes follow. */
export function beginPair(isNested: boolean, reply: Reply): void {
  if (isNested) reply.array(2);
}
