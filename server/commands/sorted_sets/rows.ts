// Rows of the command table: commands on sorted sets that answer at once.
// See command.ts for the fields of a row.

import {
  type CommandFlag,
  type CommandRow,
  MAX_ARGUMENTS,
  oneKeyRows,
  row,
} from "../../contract/command.ts";
import { numberedKeys } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, ONE_KEY } from "../../contract/keys/key_places.ts";
import { zadd, zincrby, zrem } from "./changes.ts";
import {
  zdiff,
  zdiffstore,
  zinter,
  zintercard,
  zinterstore,
  zunion,
  zunionstore,
} from "./combinations.ts";
import { zrandmember, zscan } from "./listings.ts";
import { zmpop, zpopmax, zpopmin } from "./pops.ts";
import { zremrangebylex, zremrangebyrank, zremrangebyscore } from "./range_removals.ts";
import { zrangestore } from "./range_store.ts";
import {
  zcount,
  zlexcount,
  zrange,
  zrangebylex,
  zrangebyscore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
} from "./ranges.ts";
import { zcard, zmscore, zrank, zrevrank, zscore } from "./reads.ts";

const MAX = MAX_ARGUMENTS;
const TWO_KEYS: KeyPlaces = { first: 0, many: true, step: 1, most: 2 };
const COUNTED = numberedKeys(0);
const STORED = numberedKeys(1, 0);

const quick = oneKeyRows("sorted-set");
/** Of commands that take a time that depends on what they are asked for. */
const slow = (
  name: string,
  min: number,
  max: number,
  flag: CommandFlag,
  summary: string,
  run: CommandRow["run"],
  keys: KeyPlaces = ONE_KEY,
) => row(name, [min, max], [flag], "sorted-set", keys, summary, run);

/** Commands on members of one sorted set. */
const MEMBER_ROWS: readonly CommandRow[] = [
  quick("ZADD", 3, MAX, "write", "Gives members of a sorted set their scores", zadd),
  quick("ZINCRBY", 3, 3, "write", "Adds to the score of a member of a sorted set", zincrby),
  quick("ZREM", 2, MAX, "write", "Removes members from a sorted set", zrem),
  quick("ZCARD", 1, 1, "read", "Returns how many members a sorted set has", zcard),
  quick("ZSCORE", 2, 2, "read", "Returns the score of a member of a sorted set", zscore),
  quick("ZMSCORE", 2, MAX, "read", "Returns the scores of members of a sorted set", zmscore),
  quick("ZRANK", 2, 3, "read", "Returns how many members are before one", zrank),
  quick("ZREVRANK", 2, 3, "read", "Returns how many members are after one", zrevrank),
  slow("ZRANDMEMBER", 1, MAX, "read", "Returns random members of a sorted set", zrandmember),
  slow("ZSCAN", 2, MAX, "read", "Walks over the members of a sorted set, some at a time", zscan),
  quick("ZPOPMIN", 1, MAX, "write", "Removes the members with the lowest scores", zpopmin),
  quick("ZPOPMAX", 1, MAX, "write", "Removes the members with the highest scores", zpopmax),
  slow(
    "ZMPOP",
    3,
    MAX,
    "write",
    "Removes members from an end of the first sorted set that has some",
    zmpop,
    COUNTED,
  ),
];

/** Commands on ranges of one sorted set. */
const RANGE_ROWS: readonly CommandRow[] = [
  quick("ZCOUNT", 3, 3, "read", "Counts the members in a range of scores", zcount),
  quick("ZLEXCOUNT", 3, 3, "read", "Counts the members in a range by member", zlexcount),
  slow("ZRANGE", 3, MAX, "read", "Returns a range of a sorted set", zrange),
  slow("ZREVRANGE", 3, MAX, "read", "Returns a range by rank, from the highest down", zrevrange),
  slow("ZRANGEBYSCORE", 3, MAX, "read", "Returns a range of scores", zrangebyscore),
  slow(
    "ZREVRANGEBYSCORE",
    3,
    MAX,
    "read",
    "Returns a range of scores, from the highest down",
    zrevrangebyscore,
  ),
  slow("ZRANGEBYLEX", 3, MAX, "read", "Returns a range by member", zrangebylex),
  slow(
    "ZREVRANGEBYLEX",
    3,
    MAX,
    "read",
    "Returns a range by member, from the last down",
    zrevrangebylex,
  ),
  slow(
    "ZRANGESTORE",
    4,
    MAX,
    "write",
    "Stores a range of a sorted set as another",
    zrangestore,
    TWO_KEYS,
  ),
  slow("ZREMRANGEBYRANK", 3, 3, "write", "Removes a range by rank", zremrangebyrank),
  slow("ZREMRANGEBYSCORE", 3, 3, "write", "Removes a range of scores", zremrangebyscore),
  slow("ZREMRANGEBYLEX", 3, 3, "write", "Removes a range by member", zremrangebylex),
];

/** Commands on several sorted sets. */
const COMBINING_ROWS: readonly CommandRow[] = [
  slow("ZUNION", 2, MAX, "read", "Returns the members that any set has", zunion, COUNTED),
  slow("ZINTER", 2, MAX, "read", "Returns the members that all sets have", zinter, COUNTED),
  slow(
    "ZDIFF",
    2,
    MAX,
    "read",
    "Returns the members of the first set that no other has",
    zdiff,
    COUNTED,
  ),
  slow("ZUNIONSTORE", 3, MAX, "write", "Stores the members that any set has", zunionstore, STORED),
  slow(
    "ZINTERSTORE",
    3,
    MAX,
    "write",
    "Stores the members that all sets have",
    zinterstore,
    STORED,
  ),
  slow(
    "ZDIFFSTORE",
    3,
    MAX,
    "write",
    "Stores the members of the first set that no other has",
    zdiffstore,
    STORED,
  ),
  slow("ZINTERCARD", 2, MAX, "read", "Counts the members that all sets have", zintercard, COUNTED),
];

/** The rows of the group "sorted-set" that never wait. */
export const SORTED_SET_ROWS: readonly CommandRow[] = [
  ...MEMBER_ROWS,
  ...RANGE_ROWS,
  ...COMBINING_ROWS,
];
