// The reply of a command whose answer nobody reads: it keeps only why the command was refused. For
// POST /import, which counts outcomes. Knows no route.

import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../../contract/reply.ts";
import { grownBytes, keptBytes } from "../../contract/growing_bytes.ts";

/** The size to which the buffer for values shrinks back, in bytes. */
const KEPT_BYTES = 64 * 1024;

/** Takes outcomes and forgets them. */
export class ImportReply implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Why the latest command was refused, or null. */
  failure: Failure | null = null;

  /** The next command begins. */
  begin(): void {
    this.failure = null;
    this.bytes = keptBytes(this.bytes, KEPT_BYTES);
  }

  get bytesLeft(): number {
    return MAX_ANSWER_BYTES;
  }

  reserve(length: number): number {
    if (this.bytes.length < length) this.bytes = grownBytes(this.bytes, 0, length);
    return 0;
  }

  fail(failure: Failure): void {
    this.failure = failure;
  }

  value(): void {}
  ok(): void {}
  status(): void {}
  text(): void {}
  verbatim(): void {}
  miss(): void {}
  conditionNotMet(): void {}
  integer(): void {}
  boolean(): void {}
  double(): void {}
  array(): void {}
  map(): void {}
  set(): void {}
  missArray(): void {}
}
