// Checks what the tail of a packed hash says of the deadlines of its fields, by reading all of them. For tests, as
// check.ts is, which calls it.

import { readValue } from "../item.ts";
import { valueBytesOf } from "../item_header.ts";
import { isIndirect, ItemType, typeOf } from "../item_types.ts";
import { hasMemberDeadlines, MemberDeadlines, readTime, tailBytesOf } from "../member_deadlines.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { SPAN_DEADLINE, spanSize } from "../trees/entries.ts";

/** What is wrong about deadlines of fields of the item at `address`, or "". */
export function fieldsProblem(memory: ShardMemory, address: number): string {
  const hasTail = hasMemberDeadlines(memory, address);
  if (typeOf(memory, address) !== ItemType.hash) return hasTail ? "no hash, but deadlines" : "";
  if (isIndirect(memory, address)) return "";
  const bytes = new Uint8Array(valueBytesOf(memory, address));
  readValue(memory, address, bytes, 0);
  const end = bytes.length - tailBytesOf(memory, address);
  const deadlines = new MemberDeadlines();
  if (hasTail) deadlines.read(bytes, end);
  let [lasting, expiring] = [0, 0];
  for (let at = 0; at < end; at += spanSize(bytes, at)) {
    at += spanSize(bytes, at);
    if (bytes[at] !== SPAN_DEADLINE) {
      lasting++;
      continue;
    }
    expiring++;
    const deadlineMs = readTime(bytes, at + 1);
    const { earliestMs, latestMs } = deadlines;
    if (deadlineMs < earliestMs || deadlineMs > latestMs) return `a deadline of ${deadlineMs}`;
  }
  if (hasTail !== expiring > 0) return `${expiring} deadlines`;
  return hasTail && lasting !== deadlines.lasting ? `${lasting} fields without deadline` : "";
}
