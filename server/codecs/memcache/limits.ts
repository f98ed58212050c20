// What the codec of memcached's clients accepts, and the texts that several of its parts answer, in the words of memcached
// where it has them.

/** Longest key in bytes, as in memcached. */
export const MAX_KEY_BYTES = 250;
/** Longest line in bytes that is no long list of keys. */
export const MAX_LINE_BYTES = 2048;
/** Larger lengths of values are no lengths. */
export const MAX_LENGTH = 0x7fffffff - 2;
/** Longest text with which a client shows its token. */
export const MAX_AUTH_BYTES = 16 * 1024;

export const BAD_LINE = "CLIENT_ERROR bad command line format";
export const BAD_TIME = "CLIENT_ERROR invalid exptime argument";
export const BAD_DELTA = "CLIENT_ERROR invalid numeric delta argument";
export const BAD_DATA = "CLIENT_ERROR bad data chunk";
export const TOO_LARGE = "SERVER_ERROR object too large for cache";
export const UNKNOWN = "ERROR";
export const LINE_TOO_LONG =
  `CLIENT_ERROR line is too long, send at most ${MAX_LINE_BYTES} bytes in one line`;

/** What the decoder accepts. */
export interface MemcacheLimits {
  /** Longest value in bytes. */
  readonly maxValueBytes: number;
  /** Longest line in bytes, which only a list of keys may have. */
  readonly maxLineBytes: number;
}
