// The first line of a script that says "#!lua flags=…": what the script will do, and may therefore do. Read as
// redis-server 7.0 reads it, with its texts. Without such a line a script may do anything.

import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";

const HASH = 0x23;
const MARK = 0x21;
const LF = 0x0a;
const FLAGS = [
  "no-writes",
  "allow-oom",
  "allow-stale",
  "no-cluster",
  "allow-cross-slot-keys",
  // Upstash's own, which @upstash/ratelimit sends: to lock the named keys only, as it is done here anyway.
  "allow-key-locking",
];
const BEFORE_FLAGS = "flags=";
const decoder = new TextDecoder();

/** What the first line says. */
export interface Shebang {
  /** Where the Lua text begins: behind that line, whose end belongs to it, so that lines keep their numbers. */
  readonly textAt: number;
  /** Whether there is one: then the script may do only what its flags say. */
  readonly isThere: boolean;
  readonly flags: readonly string[];
}

const NONE: Shebang = { textAt: 0, isThere: false, flags: [] };

/** Reads the first line of a script; or says why it is wrong. */
export function readShebang(source: Uint8Array): Shebang | Failure {
  if (source[0] !== HASH || source[1] !== MARK) return NONE;
  const end = source.indexOf(LF);
  if (end < 0) return refused("Invalid script shebang");
  const [engine = "", ...options] = decoder.decode(source.subarray(0, end)).split(/[\s]+/)
    .filter((word) => word !== "");
  if (engine !== "#!lua") return refused(`Unexpected engine in script shebang: ${engine}`);
  const flags: string[] = [];
  for (const option of options) {
    if (!option.startsWith(BEFORE_FLAGS)) {
      return refused(`Unknown lua shebang option: ${option}`);
    }
    const words = option.slice(BEFORE_FLAGS.length);
    for (const flag of words === "" ? [] : words.split(",")) {
      if (!FLAGS.includes(flag)) return refused(`Unexpected flag in script shebang: ${flag}`);
      flags.push(flag);
    }
  }
  return { textAt: end, isThere: true, flags };
}
