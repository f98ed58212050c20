// Where a value goes that is read out of the cache: bytes that can be reused, and what belongs to the
// value. Knows nothing of items.

/** What a buffer for values holds at first, in bytes. */
const VALUE_BUFFER_BYTES = 4096;

/** A value read by {@linkcode Cache.get}: a buffer that can be reused, and the value's length. */
export class ValueBuffer {
  /** The bytes. {@linkcode Cache.get} replaces the array by a longer one where it must. */
  bytes: Uint8Array = new Uint8Array(VALUE_BUFFER_BYTES);
  /** Length of the value in bytes. */
  length = 0;
  /** The value's version. */
  version = 0;
  /** The value's deadline in milliseconds since 1970, or 0. */
  deadlineMs = 0;

  /** The value as a fresh array. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
