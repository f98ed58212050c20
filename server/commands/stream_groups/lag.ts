// How much of a stream a group has read, as Redis counts it: from what was ever added and the greatest deleted id, so
// that it is sometimes not known, though it could be found out here. See t_stream.c of Redis 7.

import {
  READ_UNKNOWN,
  type StreamEntry,
  type StreamGroup,
  type StreamHeader,
  type StreamId,
  type StreamView,
} from "../../../cache/mod.ts";
import { entriesStart, entryCount } from "../streams/entry_answers.ts";

/** The stream's entries, as far as they matter here. */
export class StreamExtent {
  /** How many there are. */
  readonly count: number;
  readonly #header: StreamHeader;
  readonly #first: StreamEntry;

  /** Of an open stream, whose cursor moves. `entry` has the first one from then on. */
  constructor(view: StreamView, header: StreamHeader, entry: StreamEntry) {
    this.count = entryCount(view);
    this.#header = header;
    this.#first = entry;
    if (this.count > 0 && view.seek(entriesStart(view))) entry.openHead(view);
  }

  /** Whether an entry may have been deleted from this id on, as far as the first one that is there tells. */
  #hasGapFrom(id: StreamId): boolean {
    const { maxDeletedId } = this.#header;
    if (this.count === 0 || maxDeletedId.isZero) return false;
    return maxDeletedId.compare(this.#first.id) >= 0 && id.compare(maxDeletedId) <= 0;
  }

  /** How many entries were read up to this id, or {@linkcode READ_UNKNOWN}. */
  readUpTo(id: StreamId): bigint {
    const { count } = this;
    const { lastId, maxDeletedId, entriesAdded } = this.#header;
    const added = BigInt(entriesAdded);
    if (added === 0n) return 0n;
    const toLast = id.compare(lastId);
    if (count === 0 && toLast <= 0) return added;
    if (toLast === 0) return added;
    if (toLast > 0) return READ_UNKNOWN;
    const first = this.#first.id;
    const isWhole = maxDeletedId.isZero || maxDeletedId.compare(first) < 0;
    const toFirst = id.compare(first);
    if (!isWhole || toFirst > 0) return READ_UNKNOWN;
    return added - BigInt(count) + (toFirst === 0 ? 1n : 0n);
  }

  /** How many entries the group has not read, or null. That is below 0 for one that was told it had read more. */
  lagOf({ entriesRead, last }: StreamGroup): bigint | null {
    const added = BigInt(this.#header.entriesAdded);
    if (added === 0n) return 0n;
    if (entriesRead !== READ_UNKNOWN && !this.#hasGapFrom(last)) {
      return BigInt.asIntN(64, added - entriesRead);
    }
    const read = this.readUpTo(last);
    return read === READ_UNKNOWN ? null : BigInt.asIntN(64, added - read);
  }

  /** Notes that the group has read the entry of this id, the next one that there is. */
  countRead(group: StreamGroup, id: StreamId): void {
    if (group.entriesRead !== READ_UNKNOWN && !this.#hasGapFrom(id)) {
      group.entriesRead++;
    } else if (this.#header.entriesAdded !== 0) group.entriesRead = this.readUpTo(id);
  }
}
