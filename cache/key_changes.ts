// Tells of what a shard has stored under a key, with what only the shard knows of it: whether the key was new, and whether
// it was given a deadline.

import { publishChange } from "./event_ring.ts";
import { KeyEventHint, KeyEventKind } from "./key_events.ts";
import type { PutRequest } from "./put_request.ts";
import type { Region } from "./region.ts";

/** Publishes that `put` was stored. */
export function publishPut(region: Region, put: PutRequest, isNew: boolean): void {
  const { hash, key, keyStart, keyBytes, database, deadlineMs } = put;
  const kind = KeyEventKind.put | (isNew ? KeyEventHint.isNew : 0) |
    (deadlineMs > 0 ? KeyEventHint.hasDeadline : 0);
  publishChange(region, hash, kind, key, keyStart, keyBytes, database);
}
