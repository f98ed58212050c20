// Asks whether a collection may take more before a command adds anything to it, and refuses where it may
// not: a refused command has changed nothing. Knows no type.

import type { Collection } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { BAD_KEY, OUT_OF_MEMORY } from "../failures.ts";

/** Whether `entries` more with `bytes` bytes in all may go under the key that argument `index` is; else refuses. */
export function hasRoomFor(
  context: CommandContext,
  view: Collection,
  args: Args,
  index: number,
  entries: number,
  bytes: number,
  reply: Reply,
): boolean {
  const keyBytes = args.lengths[index]!;
  if (keyBytes > 0 && keyBytes <= context.maxKeyBytes) {
    if (view.hasRoom(entries, bytes)) return true;
    reply.fail(OUT_OF_MEMORY);
  } else reply.fail(BAD_KEY);
  return false;
}

/** The same for each argument from `from` on, one after the other, where the first one is the key. */
export function hasRoomForAll(
  context: CommandContext,
  view: Collection,
  args: Args,
  from: number,
  reply: Reply,
): boolean {
  let bytes = 0;
  for (let i = from; i < args.count; i++) bytes += args.lengths[i]!;
  return hasRoomFor(context, view, args, 0, args.count - from, bytes, reply);
}
