// The writing side of one raw connection: one piece after the other, and how fast its client has to
// take them. An error on the way means that the client is lost, whatever it is.

import type { OutputBuffer } from "../codecs/output_buffer.ts";

/** How long a client may take for so many bytes of its answers. */
const WINDOW_MS = 2000;
const WINDOW_BYTES = 64 * 1024;

/** What is written to one client. Never used by two writers at once. */
export class RawOutput {
  readonly #conn: Pick<Deno.Conn, "write">;
  readonly #now: () => number;
  /** When the bytes began to wait that are looked at; 0 while none do. */
  #sinceMs = 0;

  /** `now` is milliseconds since 1970. */
  constructor(conn: Pick<Deno.Conn, "write">, now: () => number) {
    this.#conn = conn;
    this.#now = now;
  }

  /** Whether the client is being waited for. */
  get isWaiting(): boolean {
    return this.#sinceMs > 0;
  }

  /** Whether the client takes its answers too slowly. */
  isSlow(nowMs: number): boolean {
    return this.#sinceMs > 0 && nowMs - this.#sinceMs > WINDOW_MS;
  }

  /** Writes what `reply` holds. Resolves with false when the client is lost. */
  async write(reply: OutputBuffer): Promise<boolean> {
    const { bytes, used } = reply;
    this.#sinceMs = this.#now();
    let taken = 0;
    try {
      for (let at = 0; at < used;) {
        const count = await this.#conn.write(bytes.subarray(at, used));
        at += count;
        taken += count;
        if (taken < WINDOW_BYTES) continue;
        taken = 0;
        this.#sinceMs = this.#now();
      }
    } catch {
      return false;
    } finally {
      this.#sinceMs = 0;
    }
    return true;
  }
}
