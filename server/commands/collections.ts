// Functions that the commands of lists, sets, hashes and sorted sets share: they open the collection of a key
// argument, and answer members. All run with the key's shard locked.

import { type Collection, type HashView, Opening } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { CommandContext } from "../contract/command.ts";
import type { Reply } from "../contract/reply.ts";
import { WRONG_TYPE } from "./failures.ts";

/**
 * Opens the collection of key number `key`, which is argument `index`. `isRead` counts a hit or a miss. Where a value of
 * another type is there the refusal is on `reply`, and Opening.wrongType returned.
 */
export function openView(
  context: CommandContext,
  view: Collection,
  args: Args,
  key: number,
  index: number,
  reply: Reply,
  isRead: boolean,
): Opening {
  const hash = context.hashes[key]!;
  const opening = view.open(
    context.cache.shardOf(hash),
    context.database,
    hash,
    args.bytes,
    args.starts[index]!,
    args.lengths[index]!,
    isRead,
  );
  if (opening === Opening.wrongType) reply.fail(WRONG_TYPE);
  return opening;
}

/** Opens what will replace key number `key`, which is argument `index`, whatever it is. */
export function openEmptyView(
  context: CommandContext,
  view: Collection,
  args: Args,
  key: number,
  index: number,
): void {
  const hash = context.hashes[key]!;
  view.openEmpty(
    context.cache.shardOf(hash),
    context.database,
    hash,
    args.bytes,
    args.starts[index]!,
    args.lengths[index]!,
  );
}

/** Answers the member at the view's cursor. The caller has seen to it that the answer has space. */
export function answerMember(view: Collection, reply: Reply): void {
  const length = view.memberBytes;
  const at = reply.reserve(length);
  view.readMember(reply.bytes, at);
  reply.value(at, length);
}

/** Answers the value at the hash's cursor. The caller has seen to it that the answer has space. */
export function answerMemberValue(view: HashView, reply: Reply): void {
  const length = view.valueBytes;
  const at = reply.reserve(length);
  view.readValue(reply.bytes, at);
  reply.value(at, length);
}
