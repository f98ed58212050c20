// Whether a command was given one key twice: what moves from a collection to itself goes another way.
// Knows no type.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { sameBytes } from "../../contract/same_bytes.ts";

/** Whether keys 0 and 1, which are the first two arguments, are the same. */
export function isSameKey({ hashes }: CommandContext, { bytes, starts, lengths }: Args): boolean {
  return hashes[0] === hashes[1] && lengths[0] === lengths[1] &&
    sameBytes(bytes, starts[0]!, bytes, starts[1]!, lengths[0]!);
}
