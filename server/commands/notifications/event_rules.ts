// Which events a command causes: of most one name says it, of those that change two keys, or do one of several things,
// a rule. Compared with redis-server by tests/server/commands/differential/. What has no row stores plain values.

import { KeyEventHint } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import { eventNumber } from "../../contract/notifications/event_names.ts";
import { tokenOf } from "../argument_text.ts";
import type { EventNaming } from "./event_naming.ts";
import {
  moved,
  moveOfList,
  moveOfSet,
  named,
  namedBy,
  renamed,
  replaced,
} from "./two_key_rules.ts";

/** Says how the events of one command are called. */
export type EventRule = (naming: EventNaming) => void;

/** The commands that cause an event, by its name; those of the same name are left out. */
const COMMANDS_OF: Readonly<Record<string, string>> = {
  set: "SET SETNX SETEX PSETEX GETSET MSET MSETNX MPUT BITOP",
  incrby: "INCR DECR INCRBY DECRBY",
  setbit: "SETBIT BITFIELD",
  pfadd: "PFADD PFMERGE PFDEBUG",
  expire: "EXPIRE PEXPIRE EXPIREAT PEXPIREAT",
  sortstore: "SORT",
  lpush: "LPUSH LPUSHX",
  rpush: "RPUSH RPUSHX",
  lpop: "LPOP BLPOP",
  rpop: "RPOP BRPOP",
  hset: "HSET HMSET HSETNX HSETEX",
  hdel: "HDEL HGETDEL",
  hexpire: "HEXPIRE HPEXPIRE HEXPIREAT HPEXPIREAT HGETEX",
  hpersist: "HPERSIST",
  zadd: "ZADD GEOADD",
  zincr: "ZINCRBY",
  zpopmin: "ZPOPMIN BZPOPMIN",
  zpopmax: "ZPOPMAX BZPOPMAX",
  georadiusstore: "GEORADIUS GEORADIUSBYMEMBER",
};

/** Events whose commands have the same name. */
const SAME_NAME = "setrange append incrbyfloat persist linsert lset lrem ltrim sadd srem spop " +
  "sinterstore sunionstore sdiffstore hincrby hincrbyfloat zrem zremrangebyrank zremrangebyscore " +
  "zremrangebylex zrangestore zunionstore zinterstore zdiffstore geosearchstore xtrim xdel xsetid " +
  "bf.reserve bf.add bf.madd bf.insert bf.loadchunk cms.initbydim cms.initbyprob cms.incrby cms.merge";

/** Commands of which the name alone does not say it. */
const RULES: Readonly<Record<string, EventRule>> = {
  GETEX: (naming) => named(naming, hasToken(naming.args, 1, "PERSIST") ? "persist" : "expire"),
  ZADD: (naming) => named(naming, isIncrement(naming.args) ? "zincr" : "zadd"),
  LMPOP: (naming) => named(naming, `${sideOf(naming.args, 0, "LEFT") ? "l" : "r"}pop`),
  BLMPOP: (naming) => named(naming, `${sideOf(naming.args, 1, "LEFT") ? "l" : "r"}pop`),
  ZMPOP: (naming) => named(naming, `zpop${sideOf(naming.args, 0, "MIN") ? "min" : "max"}`),
  BZMPOP: (naming) => named(naming, `zpop${sideOf(naming.args, 1, "MIN") ? "min" : "max"}`),
  XADD: addedEntry,
  // Only a consumer that they make is told of.
  XREADGROUP: plainRule("xgroup-createconsumer"),
  XCLAIM: plainRule("xgroup-createconsumer"),
  XAUTOCLAIM: plainRule("xgroup-createconsumer"),
  XACK: plainRule("xgroup-createconsumer"),
  XGROUP: (naming) => named(naming, `xgroup-${tokenOf(naming.args, 0).toLowerCase()}`),
  RENAME: renamed,
  RENAMENX: renamed,
  MOVE: moved,
  COPY: (naming) => replaced(naming, "copy_to"),
  RESTORE: (naming) => replaced(naming, "restore"),
  SMOVE: moveOfSet,
  RPOPLPUSH: (naming) => moveOfList(naming, "rpop", "lpush"),
  BRPOPLPUSH: (naming) => moveOfList(naming, "rpop", "lpush"),
  LMOVE: (naming) => moveOfList(naming, ...endsOf(naming.args)),
  BLMOVE: (naming) => moveOfList(naming, ...endsOf(naming.args)),
};

function plainRule(event: string): EventRule {
  const number = eventNumber(event);
  return (naming) => namedBy(naming, number);
}

const BY_NAME: ReadonlyMap<string, EventRule> = new Map([
  ...Object.entries(COMMANDS_OF).flatMap(([event, commands]) =>
    commands.split(" ").map((command) => [command, plainRule(event)] as const)
  ),
  ...SAME_NAME.split(" ").map((event) => [event.toUpperCase(), plainRule(event)] as const),
  ...Object.entries(RULES),
]);
const TRIMMED = eventNumber("xtrim");
const SET_RULE = plainRule("set");

/** The rule for a command. One that is not in the tables stores a value, if it stores anything. */
export function eventRule({ name }: Pick<Command, "name">): EventRule {
  return BY_NAME.get(name) ?? SET_RULE;
}

/** Whether the tables have a command. */
export function hasEventRule(name: string): boolean {
  return BY_NAME.has(name);
}

function hasToken(args: Args, from: number, token: string): boolean {
  for (let i = from; i < args.count; i++) if (tokenOf(args, i) === token) return true;
  return false;
}

/** XADD: the stream may have been trimmed on the way. */
function addedEntry(naming: EventNaming): void {
  named(naming, "xadd");
  for (const place of naming.places()) {
    if (naming.events.has(place, KeyEventHint.isTrimmed)) naming.tell(TRIMMED, place);
  }
}

/** Whether ZADD adds to a score: INCR is among its options, which come before the first score. */
function isIncrement(args: Args): boolean {
  for (let i = 1; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "INCR") return true;
    if (!["NX", "XX", "GT", "LT", "CH"].includes(token)) return false;
  }
  return false;
}

/** Whether the word behind the keys, whose number is argument `at`, is `token`. */
function sideOf(args: Args, at: number, token: string): boolean {
  return tokenOf(args, at + 1 + Number(tokenOf(args, at))) === token;
}

/** What LMOVE and BLMOVE do at their source and at their destination. */
function endsOf(args: Args): [pop: string, push: string] {
  return [
    tokenOf(args, 2) === "LEFT" ? "lpop" : "rpop",
    tokenOf(args, 3) === "LEFT" ? "lpush" : "rpush",
  ];
}
