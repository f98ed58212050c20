// How Redis calls what happens to keys, and to which class each name belongs. The place of a name in the list is its
// number. Names only: which command causes which event is said in commands/notifications/.

import { KeyEventClass } from "../../../cache/mod.ts";

const { added, evicted, expired, generic, hash, list, missed, module, set, sortedSet, stream } =
  KeyEventClass;

const NAMES: Readonly<Record<string, readonly [eventClass: number, names: string]>> = {
  generic: [
    generic,
    "del expire persist rename_from rename_to move_from move_to copy_to restore",
  ],
  string: [KeyEventClass.string, "set setrange append incrby incrbyfloat setbit pfadd"],
  list: [list, "lpush rpush lpop rpop linsert lset lrem ltrim sortstore"],
  set: [set, "sadd srem spop sinterstore sunionstore sdiffstore"],
  hash: [hash, "hset hincrby hincrbyfloat hdel hexpire hexpired hpersist"],
  sortedSet: [
    sortedSet,
    "zadd zincr zrem zpopmin zpopmax zremrangebyrank zremrangebyscore zremrangebylex zrangestore " +
    "zunionstore zinterstore zdiffstore geosearchstore georadiusstore",
  ],
  stream: [
    stream,
    "xadd xtrim xdel xsetid xgroup-create xgroup-destroy xgroup-setid xgroup-createconsumer " +
    "xgroup-delconsumer",
  ],
  // Those of the sketches are the names of the commands.
  module: [
    module,
    "bf.reserve bf.add bf.madd bf.insert bf.loadchunk cms.initbydim cms.initbyprob cms.incrby cms.merge",
  ],
  expired: [expired, "expired"],
  evicted: [evicted, "evicted"],
  missed: [missed, "keymiss"],
  added: [added, "new"],
};

/** An event that can be told of. */
export interface EventName {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A bit of KeyEventClass. */
  readonly eventClass: number;
}

const encoder = new TextEncoder();

/** All events; their places are their numbers. */
export const EVENT_NAMES: readonly EventName[] = Object.values(NAMES).flatMap((
  [eventClass, names],
) => names.split(" ").map((name) => ({ name, bytes: encoder.encode(name), eventClass })));

const NUMBERS: ReadonlyMap<string, number> = new Map(EVENT_NAMES.map(({ name }, i) => [name, i]));

/** The number of an event. Throws Error where there is none of this name. */
export function eventNumber(name: string): number {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new Error(`No event is called ${name}`);
  return number;
}
