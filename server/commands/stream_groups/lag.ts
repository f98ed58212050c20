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

/** The stream's entries, as far as they matter here; they are looked at when that is asked for. */
export class StreamExtent {
  readonly #view: StreamView;
  readonly #header: StreamHeader;
  readonly #entry: StreamEntry;
  #count = -1;
  #hasFirst = false;

  /** Of an open stream, whose cursor moves then. `entry` is used up. */
  constructor(view: StreamView, header: StreamHeader, entry: StreamEntry) {
    this.#view = view;
    this.#header = header;
    this.#entry = entry;
  }

  /** How many there are. */
  get #entries(): number {
    if (this.#count < 0) this.#count = entryCount(this.#view);
    return this.#count;
  }

  /** The id of the first one, of which there is one. */
  get #first(): StreamId {
    if (!this.#hasFirst && this.#view.seek(entriesStart(this.#view))) {
      this.#entry.openHead(this.#view);
      this.#hasFirst = true;
    }
    return this.#entry.id;
  }

  /** Whether an entry may have been deleted from this id on, as far as the first one that is there tells. */
  #hasGapFrom(id: StreamId): boolean {
    const { maxDeletedId } = this.#header;
    if (maxDeletedId.isZero || id.compare(maxDeletedId) > 0 || this.#entries === 0) return false;
    return maxDeletedId.compare(this.#first) >= 0;
  }

  /** How many entries were read up to this id, or {@linkcode READ_UNKNOWN}. */
  readUpTo(id: StreamId): bigint {
    const { lastId, maxDeletedId, entriesAdded } = this.#header;
    const added = BigInt(entriesAdded);
    if (added === 0n) return 0n;
    const toLast = id.compare(lastId);
    if (toLast === 0) return added;
    const count = this.#entries;
    if (count === 0 && toLast < 0) return added;
    if (toLast > 0) return READ_UNKNOWN;
    const first = this.#first;
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
