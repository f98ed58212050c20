// What every answer of memcached's protocols says of an item: length, the client's flags, version. Each field is
// written only here, so that none is forgotten in one of them.

import { clientFlagsOf, type Shard } from "../../../cache/mod.ts";
import type { ItemFacts } from "../../contract/memcache/reply.ts";

/** Reads them of the item at `address` in a locked shard. */
export function readItemFacts(shard: Shard, address: number, facts: ItemFacts): void {
  facts.valueBytes = shard.valueBytesLocked(address);
  facts.clientFlags = clientFlagsOf(shard.memory, address) >>> 0;
  facts.version = shard.versionLocked(address);
}
