// What the parts of memcached's codec share while a request is read: its place, the words of its line, what it says so far,
// and the two ways in which it can fail. The decoder is one.

import { KeyLine } from "../../contract/memcache/key_line.ts";
import { MemcacheRequest, Op, Style } from "../../contract/memcache/request.ts";
import { Decoded } from "../resp_decode.ts";
import type { MemcacheLimits } from "./limits.ts";
import { Words } from "./words.ts";

/** A request that is being read. */
export class Reading {
  /** Where the next request begins, or the next key of a line. */
  at = 0;
  /** After "incomplete": the request cannot be complete before the bytes reach up to here. */
  needed = 0;
  /** After "error": the text to answer. */
  error = "";
  /** Whether the client may send as much as the limits say. */
  isTrusted = true;
  /** Whether it only looks ahead: then it leaves the bytes as they are. */
  isAhead = false;
  /** What was read. */
  readonly request: MemcacheRequest;
  /** What the connection keeps of a line of keys; its owner sets it. */
  line: KeyLine = new KeyLine();
  readonly limits: MemcacheLimits;
  readonly words: Words = new Words();

  constructor(limits: MemcacheLimits, request: MemcacheRequest = new MemcacheRequest()) {
    this.limits = limits;
    this.request = request;
  }

  /** Makes what was read a request that is refused. */
  fail(error: string, style: Style = Style.classic): Decoded {
    this.request.begin(Op.error, style);
    this.request.error = error;
    this.at = this.words.next;
    return Decoded.command;
  }

  /** The stream ends here, with this answer. */
  stop(error: string): Decoded {
    this.error = error;
    return Decoded.error;
  }
}
