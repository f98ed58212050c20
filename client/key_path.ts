/**
 * Writes a key as a part of a URL's path, for the raw routes. Their keys may have any characters. Knows
 * no route and no connection.
 *
 * @module
 */

import { ClientError } from "./platform.ts";

/**
 * Writes a key as one percent-encoded segment of a path.
 *
 * @param key any text that is not empty
 * @returns unreserved ASCII characters and percent signs; decodeURIComponent() gives the key again
 * @throws {ClientError} if the key is empty or not well-formed
 */
export function encodeKey(key: string): string {
  if (key === "") throw new ClientError("Key is empty: give one of at least one character");
  if (!key.isWellFormed()) throw new ClientError("Key is not valid text: half a surrogate pair");
  // A proxy may take a plain "." or ".." for a step in the path.
  return /^\.\.?$/.test(key) ? key.replaceAll(".", "%2E") : encodeURIComponent(key);
}
