// Random commands of other groups, each called by a script: what becomes of their answers as Lua values and as answers again,
// in either version of the protocol, and what of their errors. Those that are answered in no order, or by chance, are
// left out, and so are keys that slabkv does not take: they are compared without a script.

import type { Draw, Maker, Words } from "../draw.ts";
import { ofBits } from "./bits.ts";
import { ofGeneric } from "./generic.ts";
import { ofHashes } from "./hashes.ts";
import { ofLists } from "./lists.ts";
import { ofSets } from "./sets.ts";
import { ofSortedSets } from "./sorted_sets.ts";
import { ofStreams } from "./streams.ts";

const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["SMEMBERS", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS", "HGETALL", "KEYS", "EXEC"],
  ...["SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER", "SPOP", "RANDOMKEY", "SSCAN", "HSCAN", "ZSCAN"],
  ...["SCAN", "OBJECT", "DUMP", "RESTORE", "TTL", "PTTL", "SETBIT", "BITFIELD", "SETRANGE"],
  ...["ZRANK", "ZREVRANK", "SORT", "SORT_RO", "COPY", "MEMORY", "XINFO", "XREAD"],
]);
const MAX_WORD_CHARS = 200;
const SCRIPTS = [
  "return redis.call(unpack(ARGV))",
  "return redis.pcall(unpack(ARGV))",
  "return {redis.pcall(unpack(ARGV))}",
  "return redis.pcall(unpack(ARGV)).err",
  "local a = redis.pcall(unpack(ARGV)) return type(a) == 'table' and #a or tostring(a)",
];

function isFit(words: Words): boolean {
  return !LEFT_OUT.has(words[0]!.toUpperCase()) &&
    !(words[0]!.toUpperCase() === "XADD" && words.slice(2).includes("*")) &&
    words.every((word) => word !== "" && word.length <= MAX_WORD_CHARS);
}

/** The makers of the group. */
export function ofScripts(draw: Draw): Maker[] {
  const makers = [ofBits, ofGeneric, ofHashes, ofLists, ofSets, ofSortedSets, ofStreams]
    .flatMap((group) => group(draw));
  return [() => {
    let words = draw.pick(makers)();
    while (!isFit(words)) words = draw.pick(makers)();
    const protocol = draw.isRare(2) ? "redis.setresp(3) " : "";
    const command = draw.isRare(20) ? "EVAL_RO" : "EVAL";
    return [command, protocol + draw.pick(SCRIPTS), "0", ...words];
  }];
}
