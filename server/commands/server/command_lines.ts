// What COMMAND says of each command, beside what its row says: since which version of Redis, flags,
// categories, tips, and what is done with its keys, as redis-server 7.0 has them. In short form, which
// command_facts.ts reads; a test holds it to redis-server.

/**
 * By name: "since | flags | categories | tips | keys". Categories that follow from the flags are left
 * out. Keys are "flags @first:last:step", the last counted from the first or, below 0, from the end, or
 * "flags @number#0:1:1", where an argument says how many follow, or "flags @WORD+from:last:step", where they
 * follow a word that stands somewhere from there on, or "flags @?", where that cannot be told. Tips are shortened: nd stands for
 * nondeterministic_output, ndo for nondeterministic_output_order, ask for request_policy, sum for
 * response_policy.
 */
export const COMMAND_LINES: Readonly<Record<string, string>> = {
  GET: "1.0.0 | readonly fast | string |  | RO access @1:0:1",
  GETMETA: "slabkv | readonly fast | string |  | RO access @1:0:1",
  SET: "1.0.0 | write denyoom | string |  | RW access update variable_flags @1:0:1",
  SETNX: "1.0.0 | write denyoom fast | string |  | OW insert @1:0:1",
  SETEX: "2.0.0 | write denyoom | string |  | OW update @1:0:1",
  PSETEX: "2.6.0 | write denyoom | string |  | OW update @1:0:1",
  GETSET: "1.0.0 | write denyoom fast | string |  | RW access update @1:0:1",
  GETDEL: "6.2.0 | write fast | string |  | RW access delete @1:0:1",
  GETEX: "6.2.0 | write fast | string |  | RW access update @1:0:1",
  APPEND: "2.0.0 | write denyoom fast | string |  | RW insert @1:0:1",
  STRLEN: "2.2.0 | readonly fast | string |  | RO @1:0:1",
  GETRANGE: "2.4.0 | readonly | string |  | RO access @1:0:1",
  SUBSTR: "1.0.0 | readonly | string |  | RO access @1:0:1",
  SETRANGE: "2.2.0 | write denyoom | string |  | RW update @1:0:1",
  INCR: "1.0.0 | write denyoom fast | string |  | RW access update @1:0:1",
  DECR: "1.0.0 | write denyoom fast | string |  | RW access update @1:0:1",
  INCRBY: "1.0.0 | write denyoom fast | string |  | RW access update @1:0:1",
  DECRBY: "1.0.0 | write denyoom fast | string |  | RW access update @1:0:1",
  INCRBYFLOAT: "2.6.0 | write denyoom fast | string |  | RW access update @1:0:1",
  MGET: "1.0.0 | readonly fast | string | ask:multi_shard | RO access @1:-1:1",
  LCS: "7.0.0 | readonly | string |  | RO access @1:1:1",
  MSET: "1.0.1 | write denyoom | string | ask:multi_shard sum:all_succeeded | OW update @1:-1:2",
  MSETNX: "1.0.1 | write denyoom | string | ask:multi_shard sum:agg_min | OW insert @1:-1:2",
  MPUT: "slabkv | write denyoom | string | ask:multi_shard | OW update @1:-1:3",
  DEL: "1.0.0 | write | keyspace | ask:multi_shard sum:agg_sum | RM delete @1:-1:1",
  UNLINK: "4.0.0 | write fast | keyspace | ask:multi_shard sum:agg_sum | RM delete @1:-1:1",
  EXISTS: "1.0.0 | readonly fast | keyspace | ask:multi_shard sum:agg_sum | RO @1:-1:1",
  TOUCH: "3.2.1 | readonly fast | keyspace | ask:multi_shard sum:agg_sum | RO @1:-1:1",
  TYPE: "1.0.0 | readonly fast | keyspace |  | RO @1:0:1",
  EXPIRE: "1.0.0 | write fast | keyspace |  | RW update @1:0:1",
  PEXPIRE: "2.6.0 | write fast | keyspace |  | RW update @1:0:1",
  EXPIREAT: "1.2.0 | write fast | keyspace |  | RW update @1:0:1",
  PEXPIREAT: "2.6.0 | write fast | keyspace |  | RW update @1:0:1",
  EXPIRETIME: "7.0.0 | readonly fast | keyspace |  | RO access @1:0:1",
  PEXPIRETIME: "7.0.0 | readonly fast | keyspace |  | RO access @1:0:1",
  TTL: "1.0.0 | readonly fast | keyspace | nd | RO access @1:0:1",
  PTTL: "2.6.0 | readonly fast | keyspace | nd | RO access @1:0:1",
  PERSIST: "2.2.0 | write fast | keyspace |  | RW update @1:0:1",
  RENAME: "1.0.0 | write | keyspace |  | RW access delete @1:0:1 , OW update @2:0:1",
  RENAMENX: "1.0.0 | write fast | keyspace |  | RW access delete @1:0:1 , OW insert @2:0:1",
  MOVE: "1.0.0 | write fast | keyspace |  | RW access update @1:0:1",
  COPY: "6.2.0 | write denyoom | keyspace |  | RO access @1:0:1 , OW update @2:0:1",
  OBJECT: "2.2.3",
  KEYS: "1.0.0 | readonly | keyspace dangerous | ask:all_shards ndo",
  SCAN: "2.8.0 | readonly | keyspace | nd ask:special",
  RANDOMKEY: "1.0.0 | readonly | keyspace | ask:all_shards nd",
  MULTI: "1.2.0 | noscript loading stale fast allow_busy | transaction",
  EXEC: "1.2.0 | noscript loading stale skip_slowlog | transaction",
  DISCARD: "2.0.0 | noscript loading stale fast allow_busy | transaction",
  UNWATCH: "2.2.0 | noscript loading stale fast allow_busy | transaction",
  WATCH: "2.2.0 | noscript loading stale fast allow_busy | transaction |  | RO @1:-1:1",
  PING: "1.0.0 | fast | connection | ask:all_shards sum:all_succeeded",
  ECHO: "1.0.0 | loading stale fast | connection",
  HELLO: "6.0.0 | noscript loading stale fast no_auth allow_busy | connection",
  AUTH: "1.0.0 | noscript loading stale fast no_auth allow_busy | connection",
  SWAPDB: "4.0.0 | write fast | keyspace dangerous",
  SELECT: "1.0.0 | loading stale fast | connection",
  QUIT: "1.0.0 | noscript loading stale fast no_auth allow_busy | connection",
  RESET: "6.2.0 | noscript loading stale fast no_auth allow_busy | connection",
  CLIENT: "2.4.0",
  DBSIZE: "1.0.0 | readonly fast | keyspace | ask:all_shards sum:agg_sum",
  FLUSHDB: "1.0.0 | write | keyspace dangerous | ask:all_shards sum:all_succeeded",
  FLUSHALL: "1.0.0 | write | keyspace dangerous | ask:all_shards sum:all_succeeded",
  MEMORY: "4.0.0",
  CONFIG: "2.0.0",
  SAVE: "1.0.0 | admin noscript no_async_loading no_multi",
  BGSAVE: "1.0.0 | admin noscript no_async_loading",
  BGREWRITEAOF: "1.0.0 | admin noscript no_async_loading",
  LASTSAVE: "1.0.0 | loading stale fast | admin dangerous | nd",
  TIME: "2.6.0 | loading stale fast |  | nd",
  LATENCY: "2.8.13",
  SLOWLOG: "2.2.12",
  SHUTDOWN: "1.0.0 | admin noscript loading stale no_multi allow_busy",
  DEBUG: "1.0.0 | admin noscript loading stale",
  INFO: "1.0.0 | loading stale | dangerous | nd ask:all_shards sum:special",
  COMMAND: "2.8.13 | loading stale | connection | ndo",
  EVAL:
    "2.6.0 | noscript stale skip_monitor no_mandatory_keys movablekeys | scripting |  | RW access update @2#0:1:1",
  EVALSHA:
    "2.6.0 | noscript stale skip_monitor no_mandatory_keys movablekeys | scripting |  | RW access update @2#0:1:1",
  ACL: "6.0.0",
  FUNCTION: "7.0.0",
  LOLWUT: "5.0.0 | readonly fast",
  WAIT: "3.0.0 | noscript | connection | ask:all_shards sum:agg_min",
  REPLICAOF: "5.0.0 | admin noscript stale no_async_loading",
  SLAVEOF: "1.0.0 | admin noscript stale no_async_loading",
  ROLE: "2.8.12 | noscript loading stale fast | admin dangerous",
  WAITAOF: "7.2.0 | noscript | connection | ask:all_shards sum:agg_min",
};

const SORT_NOTE =
  "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort";

/** What is to be known of the keys of some commands, in words: for each of their specifications. */
export const KEY_NOTES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  SET: ["RW and ACCESS due to the optional `GET` argument"],
  GETEX: ["RW and UPDATE because it changes the TTL"],
  EVAL: ["We cannot tell how the keys will be used so we assume the worst, RW and UPDATE"],
  PFCOUNT: [
    "RW because it may change the internal representation of the key, and propagate to replicas",
  ],
  BITFIELD: ["This command allows both access and modification of the key"],
  SORT: [
    undefined,
    SORT_NOTE,
    "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
  ],
  SORT_RO: [undefined, SORT_NOTE],
};
