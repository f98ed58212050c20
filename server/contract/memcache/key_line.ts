// A line that asks for many keys is answered key by key, so that none is too long and others have their turn meanwhile. This
// is what a connection keeps of such a line between two keys.

import { Op } from "./request.ts";

/** The line that a client's next key belongs to. */
export class KeyLine {
  /** What it asks for; Op.end: there is no such line, and a request begins next. */
  op: Op = Op.end;
  /** Whether versions are wanted. */
  isFull = false;
  /** See MemcacheRequest. */
  seconds = 0;
  /** Whether a key could not be answered: then the rest of the line is not. */
  hasFailed = false;

  /** Begins a line. */
  begin(op: Op, isFull: boolean, seconds: number): void {
    this.op = op;
    this.isFull = isFull;
    this.seconds = seconds;
    this.hasFailed = false;
  }

  /** Becomes as `other` is. */
  copy({ op, isFull, seconds, hasFailed }: KeyLine): void {
    this.op = op;
    this.isFull = isFull;
    this.seconds = seconds;
    this.hasFailed = hasFailed;
  }
}
