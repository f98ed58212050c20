// The end of a raw connection after an error in its stream: closing at once could cost the client
// our last answer, so what it still sends is read first, up to a bound. Knows no protocol.

/** How much a client may go on sending. */
const MAX_LINGER_BYTES = 4 * 1024 * 1024;

/** Says that nothing more will be sent, then reads on without listening. Never rejects. */
export async function linger(
  conn: Pick<Deno.Conn, "closeWrite" | "read">,
  buffer: Uint8Array,
): Promise<void> {
  try {
    await conn.closeWrite();
    for (let sum = 0; sum < MAX_LINGER_BYTES;) {
      const count = await conn.read(buffer);
      if (count === null) return;
      sum += count;
    }
  } catch {
    // The client is gone.
  }
}
