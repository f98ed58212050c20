// Answers that are text of ours, such as lists of names: refused, before anything of them is written,
// where they might be more than an answer may hold. Values of the cache are looked at in items.ts.

import type { Reply } from "../contract/reply.ts";
import { ANSWER_TOO_LARGE } from "./failures.ts";

const encoder = new TextEncoder();

/** Whether an answer of so many bytes may be given; else it is refused. */
export function mayAnswer(bytes: number, reply: Reply): boolean {
  if (bytes <= reply.bytesLeft) return true;
  reply.fail(ANSWER_TOO_LARGE);
  return false;
}

/** Answers a text for people to read, if it is not too long. */
export function answerText(text: string, reply: Reply): void {
  const bytes = encoder.encode(text);
  if (mayAnswer(bytes.length, reply)) reply.verbatim(bytes);
}
