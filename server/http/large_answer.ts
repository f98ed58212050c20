// Answers too large to hand over in one piece: they go out bit by bit, as the client takes them,
// and what they hold counts against the same bound as request bodies until it is gone. Otherwise
// clients that ask for much and read nothing could make the process hold any amount.

import type { Bodies } from "./bodies.ts";
import { overloaded } from "./answers.ts";

/** Answers of more bytes than this are large. */
export const LARGE_BYTES = 64 * 1024;

/**
 * An answer of `bytes`, which must not change any more. 503 where bodies and large answers hold too
 * much already.
 */
export function largeAnswer(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  bodies: Bodies,
): Response {
  if (!bodies.reserve(bytes.length)) {
    return overloaded("Too many large answers on their way. Try again in a moment.");
  }
  let sent = 0;
  let held = bytes.length;
  const release = () => {
    bodies.release(held);
    held = 0;
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.enqueue(bytes.subarray(sent, sent + LARGE_BYTES));
      sent += LARGE_BYTES;
      if (sent < bytes.length) return;
      controller.close();
      release();
    },
    cancel: release,
  }, { highWaterMark: 0 });
  const headers = { "content-type": contentType, "content-length": String(bytes.length) };
  return new Response(stream, { headers });
}
