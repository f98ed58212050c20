// Checks what the tail of a hash says of the deadlines of its fields, by reading all of them, packed or in a tree. For
// tests, as check.ts is, which calls it.

import { readValue } from "../item.ts";
import { valueBytesOf } from "../item_header.ts";
import { isIndirect, ItemType, typeOf } from "../item_types.ts";
import { hasMemberDeadlines, MemberDeadlines, readTime, tailBytesOf } from "../member_deadlines.ts";
import type { ShardMemory } from "../shard_memory.ts";
import { Descriptor } from "../trees/descriptor.ts";
import { Shape, SPAN_DEADLINE, spanSize } from "../trees/entries.ts";
import { Order } from "../trees/node.ts";
import { SpanReader } from "../trees/spans.ts";
import { TreeWalk } from "../trees/tree_walk.ts";

/** What the deadlines of some fields come to. */
class FoundDeadlines {
  lasting = 0;
  expiring = 0;
  earliestMs = Infinity;
  latestMs = 0;

  /** Adds the fields from byte `from` to `end`. */
  add(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end; at += spanSize(bytes, at)) {
      at += spanSize(bytes, at);
      if (bytes[at] !== SPAN_DEADLINE) {
        this.lasting++;
        continue;
      }
      this.expiring++;
      const deadlineMs = readTime(bytes, at + 1);
      this.earliestMs = Math.min(this.earliestMs, deadlineMs);
      this.latestMs = Math.max(this.latestMs, deadlineMs);
    }
  }
}

function addTree(found: FoundDeadlines, memory: ShardMemory, address: number): void {
  const descriptor = new Descriptor();
  descriptor.read(memory, address);
  const walk = new TreeWalk(Shape.field, Order.hash, new SpanReader());
  walk.memory = memory;
  walk.root = descriptor.root(0);
  walk.depth = descriptor.depth(0);
  walk.count = descriptor.count;
  walk.seekIndex(0);
  do found.add(memory.bytes, walk.from, walk.end); while (walk.nextLeaf());
}

/** What is wrong about deadlines of fields of the item at `address`, or "". */
export function fieldsProblem(memory: ShardMemory, address: number): string {
  const hasTail = hasMemberDeadlines(memory, address);
  if (typeOf(memory, address) !== ItemType.hash) return hasTail ? "no hash, but deadlines" : "";
  const bytes = new Uint8Array(valueBytesOf(memory, address));
  readValue(memory, address, bytes, 0);
  const end = bytes.length - tailBytesOf(memory, address);
  const found = new FoundDeadlines();
  if (isIndirect(memory, address)) addTree(found, memory, address);
  else found.add(bytes, 0, end);
  const { lasting, expiring } = found;
  if (hasTail !== expiring > 0) return `${expiring} deadlines`;
  if (!hasTail) return "";
  const said = new MemberDeadlines();
  said.read(bytes, end);
  if (lasting !== said.lasting) return `${lasting} fields without deadline, not ${said.lasting}`;
  if (found.earliestMs < said.earliestMs) return `a deadline of ${found.earliestMs}`;
  return found.latestMs > said.latestMs ? `a deadline of ${found.latestMs}` : "";
}
