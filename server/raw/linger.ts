// The end of a raw connection after an error in its stream: closing at once could cost the client
// our last answer, so what it still sends is read first, up to a bound. Knows no protocol.

/** How much a client may go on sending. */
const MAX_LINGER_BYTES = 4 * 1024 * 1024;

/** Whose turn it is, among all that keep a worker busy. */
export interface Turns {
  /** What to wait for before more is read; null for nothing. */
  turn(): Promise<void> | null;
  /** Counts a read of `bytes`. */
  wait(bytes: number): void;
}

/** Says that nothing more will be sent, then reads on without listening, in turns. Never rejects. */
export async function linger(
  conn: Pick<Deno.Conn, "closeWrite" | "read">,
  buffer: Uint8Array,
  turns: Turns,
): Promise<void> {
  try {
    await conn.closeWrite();
    for (let sum = 0; sum < MAX_LINGER_BYTES;) {
      const turn = turns.turn();
      if (turn !== null) await turn;
      const count = await conn.read(buffer);
      if (count === null) return;
      turns.wait(count);
      sum += count;
    }
  } catch {
    // The client is gone.
  }
}
