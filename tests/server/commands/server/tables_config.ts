// Conversations about options that clients and test harnesses ask for.
// Made of lines that a client sends and the answers in the notation of ../notation.ts; see ../tables_test.ts.

import type { Tables } from "../table_shape.ts";

/** Conversations by subject. */
export const CONFIG_TABLES: Tables = {
  "options": [
    ["CONFIG GET save", '["save", ""]'],
    ["CONFIG GET appendonly", '["appendonly", "no"]'],
    ["CONFIG GET requirepass", '["requirepass", ""]'],
    ["CONFIG GET databases", '["databases", "16"]'],
    ["CONFIG GET notify-keyspace-events", '["notify-keyspace-events", ""]'],
    ["CONFIG SET hash-max-ziplist-entries 10", "+OK"],
    ["CONFIG GET hash-max-listpack-entries", '["hash-max-listpack-entries", "10"]'],
    ["CONFIG GET hash-max-ziplist-entries", '["hash-max-ziplist-entries", "10"]'],
    ["CONFIG SET hash-max-ziplist-entries 512", "+OK"],
    [
      "CONFIG SET hash-max-ziplist-entries abc",
      "-ERR CONFIG SET failed (possibly related to argument 'hash-max-ziplist-entries') - argument couldn't be parsed into an integer",
    ],
    [
      "CONFIG SET maxmemory-samples 0",
      "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-samples') - argument must be between 1 and 2147483647 inclusive",
    ],
    ["CONFIG SET hz 20 list-compress-depth 1", "+OK"],
    ["CONFIG GET list-compress-depth", '["list-compress-depth", "1"]'],
    [
      "CONFIG SET hz 10 list-compress-depth abc",
      "-ERR CONFIG SET failed (possibly related to argument 'list-compress-depth') - argument couldn't be parsed into an integer",
    ],
    ["CONFIG GET hz", '["hz", "20"]'],
    [
      "CONFIG SET list-compress-depth 0 nonesuch 1",
      "-ERR Unknown option or number of arguments for CONFIG SET - 'nonesuch'",
    ],
    ["CONFIG GET list-compress-depth", '["list-compress-depth", "1"]'],
    [
      "CONFIG SET list-compress-depth 0 list-compress-depth 1",
      "-ERR CONFIG SET failed (possibly related to argument 'list-compress-depth') - duplicate parameter",
    ],
    [
      "CONFIG SET appendfsync never",
      "-ERR CONFIG SET failed (possibly related to argument 'appendfsync') - argument(s) must be one of the following: everysec, always, no",
    ],
    ["CONFIG SET appendfsync ALWAYS", "+OK"],
    ["CONFIG GET appendfsync", '["appendfsync", "always"]'],
    [
      "CONFIG SET activerehashing maybe",
      "-ERR CONFIG SET failed (possibly related to argument 'activerehashing') - argument must be 'yes' or 'no'",
    ],
    ["CONFIG SET activerehashing NO", "+OK"],
    ["CONFIG GET activerehashing", '["activerehashing", "no"]'],
    ["CONFIG SET list-max-ziplist-size -2", "+OK"],
    ['CONFIG SET save ""', "+OK"],
    ["CONFIG SET appendonly no", "+OK"],
    ['CONFIG SET requirepass ""', "+OK"],
    ['CONFIG SET notify-keyspace-events ""', "+OK"],
    ["CONFIG SET lazyfree-lazy-expire yes", "+OK"],
    ["CONFIG SET LAZYFREE-lazy-expire no", "+OK"],
    ["CONFIG SET maxmemory-samples 5 appendfsync everysec", "+OK"],
    [
      "!CONFIG SET maxmemory-policy allkeys-lru",
      "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - can't set immutable config: what is seldom read goes first",
    ],
    ["!CONFIG SET maxmemory-policy allkeys-lfu", "+OK"],
    [
      "!CONFIG SET proto-max-bulk-len 2mb",
      "-ERR CONFIG SET failed (possibly related to argument 'proto-max-bulk-len') - can't set immutable config: see --max-value-bytes",
    ],
    ["!CONFIG SET timeout 0", "+OK"],
  ],
  "malformed calls about the server": [
    ["CONFIG SET timeout 0 hz", "-ERR syntax error"],
    ["CONFIG SET", "-ERR wrong number of arguments for 'config|set' command"],
    ["CONFIG GET MAXMEMORY-Samples", '["MAXMEMORY-Samples", "5"]'],
    ["CONFIG GET MAXMEMORY-S?mples", '["maxmemory-samples", "5"]'],
    [
      "!CONFIG SET slowlog-log-slower-than -2",
      "-ERR CONFIG SET failed (possibly related to argument 'slowlog-log-slower-than') - argument must be between -1 and 3600000000 inclusive",
    ],
    [
      "CONFIG SET slowlog-log-slower-than 1.5",
      "-ERR CONFIG SET failed (possibly related to argument 'slowlog-log-slower-than') - argument couldn't be parsed into an integer",
    ],
    ["CONFIG SET slowlog-log-slower-than -1", "+OK"],
    ["CONFIG GET slowlog-log-slower-than", '["slowlog-log-slower-than", "-1"]'],
    ["CONFIG SET slowlog-log-slower-than 10000", "+OK"],
    [
      "SLOWLOG GET 1 2",
      "-ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.",
    ],
    [
      "ACL GENPASS 5 x",
      "-ERR unknown subcommand or wrong number of arguments for 'GENPASS'. Try ACL HELP.",
    ],
    ["MEMORY USAGE none SAMPLES abc x", "-ERR value is not an integer or out of range"],
    ["MEMORY USAGE none SAMPLES 1 x", "-ERR syntax error"],
    ["BGSAVE x", "-ERR syntax error"],
    ["BGSAVE SCHEDULE x", "-ERR syntax error"],
    ["SHUTDOWN NOSAVE SAVE", "-ERR syntax error"],
    ["SHUTDOWN ABORT NOW", "-ERR syntax error"],
    ["SHUTDOWN SAVE FOO", "-ERR syntax error"],
    ["SHUTDOWN NOW NOW NOW NOW NOW FOO", "-ERR syntax error"],
    ["SHUTDOWN ABORT", "-ERR No shutdown in progress."],
  ],
};
