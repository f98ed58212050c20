// Answers too large to hand over in one piece: they go out bit by bit, as the client takes them,
// and what they hold counts against the same bound as request bodies until it is gone. Otherwise
// clients that ask for much and read nothing could make the process hold any amount. One that takes
// nothing for as long as a body may take to come is cut off.

import { overloaded } from "./answers.ts";
import type { Bodies, Held } from "./bodies.ts";

/** Answers of more bytes than this are large. */
export const LARGE_BYTES = 64 * 1024;

/** Why a large answer was ended early: the client took too long, and nothing is wrong here. */
export class SlowClient extends Error {}

/** A large answer as bodies.ts keeps it: something that may take too long and be given up. */
class SlowAnswer implements Held {
  controller: ReadableStreamDefaultController | undefined;
  movedMs = 0;
  heldBytes = 0;

  giveUp(): void {
    this.controller?.error(new SlowClient("The client did not take its answer in time"));
  }
}

/**
 * An answer of `bytes`, which must not change any more. 503 where bodies and large answers hold too
 * much already.
 */
export function largeAnswer(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  bodies: Bodies,
): Response {
  const slow = new SlowAnswer();
  if (!bodies.hold(slow, bytes.length)) {
    return overloaded("Too many large answers on their way. Try again in a moment.");
  }
  let sent = 0;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      slow.controller = controller;
    },
    pull(controller) {
      bodies.moved(slow);
      controller.enqueue(bytes.subarray(sent, sent + LARGE_BYTES));
      sent += LARGE_BYTES;
      if (sent < bytes.length) return;
      controller.close();
      bodies.letGo(slow);
    },
    cancel: () => bodies.letGo(slow),
  }, { highWaterMark: 0 });
  const headers = { "content-type": contentType, "content-length": String(bytes.length) };
  return new Response(stream, { headers });
}
